import { createApp } from '@waybill/platform/nest';
import type { Config } from '../config.js';
import { PaymentModule } from '../payment.module.js';
import { PaymentProvider } from '../workflows/payment-provider.js';
import { aCharge, PaymentHarness, silent } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';

describe('a refusal', () => {
  it('by the provider is a result, not an error, and is published', async () => {
    const request = aCharge({ paymentToken: 'tok_declined' });
    const refused = { outcome: 'refused', reason: 'PAYMENT_DECLINED' };

    expect(await harness.charge(request)).toEqual(refused);
    expect(await harness.charge(request)).toEqual(refused);
    expect(await harness.ledger(request)).toEqual([]);
    const { orderId, attempt } = request;
    expect(await harness.events(request)).toEqual([
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

  it('of a banned customer does not call the provider', async () => {
    const request = aCharge({ customerId: 'cus_banned' });
    const unreachable = { provider: new PaymentProvider(`http://${UNREACHABLE}`) };

    expect(await harness.charge(request, unreachable)).toEqual({ outcome: 'refused', reason: 'CUSTOMER_BANNED' });
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentFailed.v1']);
  });

  it('is listed beside the successful payments, also while the brokers, Temporal and the provider are unavailable', async () => {
    const declined = aCharge({ paymentToken: 'tok_declined' });
    await harness.charge(declined);
    const retried = { ...declined, attempt: 2, paymentToken: 'tok_ok' };
    await harness.charge(retried);
    await harness.refund(retried);

    const app = await createApp(PaymentModule.with(configWithout(UNREACHABLE), silent), silent);
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

function configWithout(address: string): Config {
  return {
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    PORT: 0,
    DATABASE_URL: harness.server.url,
    RABBITMQ_URL: `amqp://${address}`,
    KAFKA_BROKERS: [address],
    KAFKA_TOPIC_PREFIX: '',
    KAFKA_RETENTION: undefined,
    KAFKA_CLIENT: 'kafkajs',
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'default',
    PAYMENT_PROVIDER_URL: `http://${address}`,
  };
}
