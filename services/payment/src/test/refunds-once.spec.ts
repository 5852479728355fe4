import { aCharge, PaymentHarness } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

describe('a refund', () => {
  it('returns the whole charge once, however often it is requested', async () => {
    const request = aCharge();
    await harness.charge(request);

    await harness.refund(request);
    await harness.refund(request);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    const events = await harness.events(request);
    expect(events.map(({ type }) => type)).toEqual(['waybill.PaymentCharged.v1', 'waybill.PaymentRefunded.v1']);
    expect(events[1]!.body).toMatchObject({ attempt: 1, total: { amount: 4_200, currency: 'EUR' } });
  });

  it('returns it once when several workers try concurrently', async () => {
    const request = aCharge();
    await harness.charge(request);
    await Promise.all(Array.from({ length: 5 }, () => harness.refund(request)));

    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1', 'waybill.PaymentRefunded.v1']);
  });

  it('before any charge prevents a later one: no money moves', async () => {
    const request = aCharge();
    await harness.refund(request);

    await expect(harness.charge(request)).rejects.toMatchObject({ nonRetryable: true });
    expect(await harness.ledger(request)).toEqual([]);
    expect(await harness.events(request)).toEqual([]);
  });

  it('cancels out a concurrent charge', async () => {
    const request = aCharge({ paymentToken: 'tok_slow' });
    const charging = harness.charge(request).then(
      () => 'charged',
      () => 'prevented',
    );
    await harness.refund(request);
    // Whichever the provider handled first: the next try of the refund returns what was charged.
    await charging;
    await harness.refund(request);
    const ledger = await harness.ledger(request);
    expect(ledger.filter((entry) => entry.startsWith('charge'))).toHaveLength(ledger.length / 2);
  });

  it('returns a charge whose response was lost', async () => {
    const request = aCharge({ paymentToken: 'tok_lost_reply' });
    await expect(harness.charge(request)).rejects.toThrow('did not respond');

    await harness.refund(request);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1', 'waybill.PaymentRefunded.v1']);
  });

  it('that fails ten times returns the charge once in the end', async () => {
    const request = aCharge({ paymentToken: 'tok_refund_flaky' });
    await harness.charge(request);
    for (let n = 0; n < 10; n++) await expect(harness.refund(request)).rejects.toThrow('responded with 503');

    await harness.refund(request);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1', 'waybill.PaymentRefunded.v1']);
  });

  it('of a declined charge moves no money', async () => {
    const request = aCharge({ paymentToken: 'tok_declined' });
    await harness.charge(request);
    await harness.refund(request);
    expect(await harness.ledger(request)).toEqual([]);
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentFailed.v1']);
  });
});
