import { aCharge, PaymentBench } from './payment.fixture.js';

let bench: PaymentBench;
beforeAll(async () => {
  bench = await PaymentBench.start();
});
afterAll(() => bench.stop());

describe('a refund', () => {
  it('gives back the whole charge once, however often it is asked for', async () => {
    const request = aCharge();
    await bench.charge(request);

    await bench.refund(request);
    await bench.refund(request);
    expect(await bench.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    const events = await bench.events(request);
    expect(events.map(({ type }) => type)).toEqual(['waybill.PaymentCharged.v1', 'waybill.PaymentRefunded.v1']);
    expect(events[1]!.body).toMatchObject({ attempt: 1, total: { amount: 4_200, currency: 'EUR' } });
  });

  it('gives it back once though several workers try at the same time', async () => {
    const request = aCharge();
    await bench.charge(request);
    await Promise.all(Array.from({ length: 5 }, () => bench.refund(request)));

    expect(await bench.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1', 'waybill.PaymentRefunded.v1']);
  });

  it('of what was never charged stops the charge that comes later: no money moves', async () => {
    const request = aCharge();
    await bench.refund(request);

    await expect(bench.charge(request)).rejects.toMatchObject({ nonRetryable: true });
    expect(await bench.ledger(request)).toEqual([]);
    expect(await bench.events(request)).toEqual([]);
  });

  it('stops a charge that is under way', async () => {
    const request = aCharge({ paymentToken: 'tok_slow' });
    const charging = bench.charge(request).then(
      () => 'charged',
      () => 'stopped',
    );
    await bench.refund(request);
    // Whichever the provider took first: what was charged is given back by the next try of the refund.
    await charging;
    await bench.refund(request);
    const ledger = await bench.ledger(request);
    expect(ledger.filter((entry) => entry.startsWith('charge'))).toHaveLength(ledger.length / 2);
  });

  it('gives back a charge whose reply was lost', async () => {
    const request = aCharge({ paymentToken: 'tok_lost_reply' });
    await expect(bench.charge(request)).rejects.toThrow('gave no answer');

    await bench.refund(request);
    expect(await bench.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentRefunded.v1']);
  });

  it('of a declined charge moves no money', async () => {
    const request = aCharge({ paymentToken: 'tok_declined' });
    await bench.charge(request);
    await bench.refund(request);
    expect(await bench.ledger(request)).toEqual([]);
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentFailed.v1']);
  });
});
