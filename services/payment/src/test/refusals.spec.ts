import { createApp } from '@waybill/platform/nest';
import type { Config } from '../config.js';
import { PaymentModule } from '../payment.module.js';
import { PaymentProvider } from '../workflows/payment-provider.js';
import { aCharge, PaymentBench, silent } from './payment.fixture.js';

let bench: PaymentBench;
beforeAll(async () => {
  bench = await PaymentBench.start();
});
afterAll(() => bench.stop());

/** Nobody listens there. */
const AWAY = '127.0.0.1:1';

describe('a refusal', () => {
  it('by the provider is a value, not an error, and is said', async () => {
    const request = aCharge({ paymentToken: 'tok_declined' });
    const answer = { outcome: 'refused', reason: 'PAYMENT_DECLINED' };

    expect(await bench.charge(request)).toEqual(answer);
    expect(await bench.charge(request)).toEqual(answer);
    expect(await bench.ledger(request)).toEqual([]);
    const { orderId, attempt } = request;
    expect(await bench.events(request)).toEqual([
      {
        type: 'waybill.PaymentFailed.v1',
        body: expect.objectContaining({
          orderId,
          attempt,
          reason: 'PAYMENT_DECLINED',
          total: { amount: 4_200, currency: 'EUR' },
        }),
      },
    ]);
  });

  it('of a banned customer does not ask the provider', async () => {
    const request = aCharge({ customerId: 'cus_banned' });
    const unreachable = { provider: new PaymentProvider(`http://${AWAY}`) };

    expect(await bench.charge(request, unreachable)).toEqual({ outcome: 'refused', reason: 'CUSTOMER_BANNED' });
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentFailed.v1']);
  });

  it('is shown with what succeeded, also while the brokers, Temporal and the provider are away', async () => {
    const declined = aCharge({ paymentToken: 'tok_declined' });
    await bench.charge(declined);
    const retried = { ...declined, attempt: 2, paymentToken: 'tok_ok' };
    await bench.charge(retried);
    await bench.refund(retried);

    const app = await createApp(PaymentModule.with(configWithout(AWAY), silent), silent);
    await app.init();
    const { items } = (await app.inject(`/payments?orderId=${declined.orderId}`)).json<{ items: object[] }>();
    await app.close();
    const money = { amount: 4_200, currency: 'EUR' };
    expect(items).toEqual([
      expect.objectContaining({ type: 'charge', status: 'REFUSED', reason: 'PAYMENT_DECLINED', ...money }),
      expect.objectContaining({ type: 'charge', status: 'SUCCEEDED', attempt: 2, ...money }),
      expect.objectContaining({ type: 'refund', status: 'SUCCEEDED', attempt: 2, ...money }),
    ]);
  });
});

function configWithout(away: string): Config {
  return {
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    PORT: 0,
    DATABASE_URL: bench.server.url,
    RABBITMQ_URL: `amqp://${away}`,
    KAFKA_BROKERS: [away],
    KAFKA_TOPIC_PREFIX: '',
    KAFKA_RETENTION: undefined,
    KAFKA_CLIENT: 'kafkajs',
    TEMPORAL_ADDRESS: away,
    TEMPORAL_NAMESPACE: 'default',
    PAYMENT_PROVIDER_URL: `http://${away}`,
  };
}
