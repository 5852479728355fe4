import { aCharge, crashBeforeCommit, PaymentHarness } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

describe('an attempt at an order', () => {
  it('is charged once and has the same result when it is retried', async () => {
    const request = aCharge();
    const first = await harness.charge(request);

    expect(first).toMatchObject({ outcome: 'charged' });
    expect(await harness.charge(request)).toEqual(first);
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
    const { orderId, attempt } = request;
    expect(await harness.events(request)).toEqual([
      {
        type: 'waybill.PaymentCharged.v1',
        body: {
          orderId,
          attempt,
          paymentId: (first as { paymentId: string }).paymentId,
          total: { amount: 4_200, currency: 'EUR' },
        },
      },
    ]);
  });

  it('is charged once when several workers try concurrently', async () => {
    const request = aCharge({ paymentToken: 'tok_slow' });
    const results = await Promise.all(Array.from({ length: 5 }, () => harness.charge(request)));

    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });

  it('is charged once when the provider charged but its reply was lost', async () => {
    const request = aCharge({ paymentToken: 'tok_lost_reply' });
    await expect(harness.charge(request)).rejects.toThrow('did not respond');

    expect(await harness.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });

  it('is charged once when the process crashed between the charge and its commit', async () => {
    const request = aCharge();
    await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');
    expect(await harness.eventTypes(request)).toEqual([]);

    expect(await harness.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });

  it('is charged independently of another attempt at the same order', async () => {
    const first = aCharge();
    await harness.charge(first);
    await harness.refund(first);
    expect(await harness.charge({ ...first, attempt: 2 })).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(first)).toEqual(['charge 4200', 'refund 4200', 'charge 4200']);
  });
});

describe('an unavailable provider', () => {
  it('is retried, and charges once in the end', async () => {
    const request = aCharge({ paymentToken: 'tok_flaky' });
    await expect(harness.charge(request)).rejects.toThrow('responded with 503');
    await expect(harness.charge(request)).rejects.toThrow('responded with 503');

    expect(await harness.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
  });

  it('is retried after its Retry-After, no sooner', async () => {
    const request = aCharge({ paymentToken: 'tok_rate_limited' });
    const expected = { message: 'the payment provider responded with 429', nextRetryDelay: 1_000, nonRetryable: false };
    await expect(harness.charge(request)).rejects.toMatchObject(expected);
    await expect(harness.charge(request)).rejects.toMatchObject(expected);

    expect(await harness.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
  });

  it('is no refusal: nothing is recorded and nothing published', async () => {
    const request = aCharge({ paymentToken: 'tok_unavailable' });
    await expect(harness.charge(request)).rejects.toThrow('responded with 503');
    expect(await harness.events(request)).toEqual([]);
    expect(await harness.ledger(request)).toEqual([]);
  });
});
