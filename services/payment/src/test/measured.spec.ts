import { register } from 'prom-client';
import { HttpPaymentProvider } from '../provider/http-payment-provider.js';
import { measured } from '../provider/measured.js';
import { Provider } from './provider.fixture.js';

let process: Provider;
beforeAll(async () => {
  process = await Provider.start();
});
afterAll(() => process.remove());

const anOrder = (token: string) => {
  const orderId = crypto.randomUUID();
  return { key: `${orderId}-1`, orderId, begun: { amount: 1, currency: 'EUR', at: new Date() }, token };
};

describe('the calls of the payment provider', () => {
  it('are counted by what came of them', async () => {
    const provider = measured(new HttpPaymentProvider(process.url));
    const order = anOrder('tok_ok');
    await provider.charge(order);
    await provider.refund(order);
    await provider.charge(anOrder('tok_declined'));
    await provider.ledger({});
    await expect(provider.charge(anOrder('tok_unavailable'))).rejects.toThrow();
    await expect(provider.charge(anOrder('tok_rate_limited'))).rejects.toThrow();
    await expect(measured(new HttpPaymentProvider('http://127.0.0.1:9')).refund(order)).rejects.toThrow();

    const { values } = await register.getSingleMetric('waybill_payment_provider_calls_total')!.get();
    const counts = values.map(({ labels: { operation, result }, value }) => [`${operation} ${result}`, value]);
    expect(Object.fromEntries(counts)).toEqual({
      'charge charged': 1,
      'refund refunded': 1,
      'charge declined': 1,
      'ledger read': 1,
      'charge unavailable': 1,
      'charge busy': 1,
      'refund unavailable': 1,
    });
  });
});
