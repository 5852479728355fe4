import { createApp } from '@waybill/platform/nest';
import { until } from '@waybill/testing';
import { PaymentModule } from '../payment.module.js';
import { aCharge, PaymentHarness, silent, unreachableProvider } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

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

    expect(await harness.charge(request, unreachableProvider)).toEqual({
      outcome: 'refused',
      reason: 'CUSTOMER_BANNED',
    });
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentFailed.v1']);
  });

  it('by a ban that came after a try had charged gives the money back', async () => {
    const request = aCharge({ paymentToken: 'tok_lost_reply', customerId: 'cus_banned_later' });
    await expect(harness.charge(request)).rejects.toThrow('did not respond');
    await harness.ban(request.customerId);

    const banned = { outcome: 'refused', reason: 'CUSTOMER_BANNED' };
    expect(await harness.charge(request)).toEqual(banned);
    expect(await harness.charge(request)).toEqual(banned);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.rows(request)).toEqual(['charge SUCCEEDED', 'refund SUCCEEDED CUSTOMER_BANNED']);
    expect(await harness.eventTypes(request)).toEqual([
      'waybill.PaymentCharged.v1',
      'waybill.PaymentRefunded.v1',
      'waybill.PaymentFailed.v1',
    ]);
  });

  it('by a ban that came after a try had failed moves no money, whatever arrives late', async () => {
    const request = aCharge({ paymentToken: 'tok_flaky', customerId: 'cus_banned_meanwhile' });
    await expect(harness.charge(request)).rejects.toThrow('responded with 503');
    await harness.ban(request.customerId);

    expect(await harness.charge(request)).toEqual({ outcome: 'refused', reason: 'CUSTOMER_BANNED' });
    expect(await harness.provider.charge(request)).toBe(409);
    expect(await harness.rows(request)).toEqual(['charge REFUSED CUSTOMER_BANNED']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentFailed.v1']);
  });

  it('is listed beside the successful payments, also while the brokers, Temporal and the provider are unavailable', async () => {
    const declined = aCharge({ paymentToken: 'tok_declined' });
    await harness.charge(declined);
    const retried = { ...declined, attempt: 2, paymentToken: 'tok_ok' };
    await harness.charge(retried);
    await harness.refund(retried);

    const app = await createApp(PaymentModule.with(harness.config(), silent), silent);
    await app.init();
    const response = await until('the database is reached', async () => {
      const got = await app.inject(`/payments?orderId=${declined.orderId}`);
      return got.statusCode !== 503 && got;
    });
    await app.close();
    const money = { amount: 4_200, currency: 'EUR' };
    expect(response.json<{ items: object[] }>().items).toEqual([
      expect.objectContaining({ type: 'charge', status: 'REFUSED', reason: 'PAYMENT_DECLINED', ...money }),
      expect.objectContaining({ type: 'charge', status: 'SUCCEEDED', attempt: 2, ...money }),
      expect.objectContaining({ type: 'refund', status: 'SUCCEEDED', attempt: 2, ...money }),
    ]);
  });
});
