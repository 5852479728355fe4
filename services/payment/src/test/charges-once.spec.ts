import { MessageOutbox } from '@waybill/messaging';
import { aCharge, PaymentBench } from './payment.fixture.js';

let bench: PaymentBench;
beforeAll(async () => {
  bench = await PaymentBench.start();
});
afterAll(() => bench.stop());

/** A process that dies after the provider charged and before its own commit, as the next one sees it. */
const diesBeforeItsCommit = {
  outbox: new MessageOutbox({ source: '/test', outbox: { add: () => Promise.reject(new Error('died')) } }),
};

describe('an attempt at an order', () => {
  it('is charged once and has the same answer though it is tried again', async () => {
    const request = aCharge();
    const first = await bench.charge(request);

    expect(first).toMatchObject({ outcome: 'charged' });
    expect(await bench.charge(request)).toEqual(first);
    expect(await bench.ledger(request)).toEqual(['charge 4200']);
    const { orderId, attempt } = request;
    expect(await bench.events(request)).toEqual([
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

  it('is charged once though several workers try at the same time', async () => {
    const request = aCharge({ paymentToken: 'tok_slow' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => bench.charge(request)));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await bench.ledger(request)).toEqual(['charge 4200']);
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });

  it('is charged once when the provider charged but its reply was lost', async () => {
    const request = aCharge({ paymentToken: 'tok_lost_reply' });
    await expect(bench.charge(request)).rejects.toThrow('gave no answer');

    expect(await bench.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await bench.ledger(request)).toEqual(['charge 4200']);
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });

  it('is charged once when the process died between the charge and its commit', async () => {
    const request = aCharge();
    await expect(bench.charge(request, diesBeforeItsCommit)).rejects.toThrow('died');
    expect(await bench.eventTypes(request)).toEqual([]);

    expect(await bench.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await bench.ledger(request)).toEqual(['charge 4200']);
    expect(await bench.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });

  it('is charged apart from another attempt at the same order', async () => {
    const first = aCharge();
    await bench.charge(first);
    await bench.refund(first);
    expect(await bench.charge({ ...first, attempt: 2 })).toMatchObject({ outcome: 'charged' });
    expect(await bench.ledger(first)).toEqual(['charge 4200', 'refund 4200', 'charge 4200']);
  });
});

describe('a provider that can not charge now', () => {
  it('is asked again when it fails, and charges once in the end', async () => {
    const request = aCharge({ paymentToken: 'tok_flaky' });
    await expect(bench.charge(request)).rejects.toThrow('answered 503');
    await expect(bench.charge(request)).rejects.toThrow('answered 503');

    expect(await bench.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await bench.ledger(request)).toEqual(['charge 4200']);
  });

  it('is asked again when it wants to be, no sooner', async () => {
    const request = aCharge({ paymentToken: 'tok_rate_limited' });
    const wish = { message: 'the payment provider answered 429', nextRetryDelay: 1_000, nonRetryable: false };
    await expect(bench.charge(request)).rejects.toMatchObject(wish);
    await expect(bench.charge(request)).rejects.toMatchObject(wish);

    expect(await bench.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await bench.ledger(request)).toEqual(['charge 4200']);
  });

  it('is no refusal: nothing is noted, and nothing is said', async () => {
    const request = aCharge({ paymentToken: 'tok_unavailable' });
    await expect(bench.charge(request)).rejects.toThrow('answered 503');
    expect(await bench.events(request)).toEqual([]);
    expect(await bench.ledger(request)).toEqual([]);
  });
});
