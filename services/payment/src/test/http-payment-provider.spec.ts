import { TcpProxy } from '@waybill/testing';
import { HttpPaymentProvider, secondsOf } from '../provider/http-payment-provider.js';
import { Provider } from './provider.fixture.js';
import { describeProvider } from './provider-conformance.fixture.js';

describeProvider('infra/payment-provider', async () => {
  const process = await Provider.start();
  const { hostname: host, port } = new URL(process.url);
  const proxy = await TcpProxy.to({ host, port: Number(port) });
  const direct = new HttpPaymentProvider(process.url);
  const behindProxy = new HttpPaymentProvider(`http://127.0.0.1:${proxy.port}`);
  let isLost = false;
  return {
    provider: {
      async charge(order) {
        if (!isLost) return direct.charge(order);
        isLost = false;
        proxy.holdResponses();
        const charging = behindProxy.charge(order);
        charging.catch(() => {});
        await process.untilLedger(order.orderId, ['charge 4200']);
        proxy.cut();
        return charging;
      },
      refund: (charge) => direct.refund(charge),
      ledger: (query) => direct.ledger(query),
    },
    goodToken: 'tok_ok',
    declinedToken: 'tok_declined',
    loseNextCharge: () => {
      isLost = true;
    },
    stop: async () => {
      await proxy.close();
      await process.remove();
    },
  };
});

describe('Retry-After', () => {
  it.each([
    ['3', 3],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 5],
    ['Thu, 01 Jan 1970 00:00:01 GMT', undefined],
    ['0', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('%p is %p seconds', (header, seconds) => {
    expect(secondsOf(header, 5_000)).toBe(seconds);
  });
});
