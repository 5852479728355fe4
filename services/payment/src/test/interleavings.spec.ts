import type { ChargeRequest } from '@waybill/contracts';
import { aCharge, PaymentHarness } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

const TOKENS = ['tok_ok', 'tok_slow', 'tok_lost_reply', 'tok_declined', 'tok_flaky'];
const some = (count: number, changes: Partial<ChargeRequest> = {}) =>
  Array.from({ length: count }, (_, n) => aCharge({ paymentToken: TOKENS[n % TOKENS.length]!, ...changes }));

/** Whatever came of it: a lost reply, 503, or its refund came first. */
const attempted = (work: Promise<unknown>) => work.then(String, String);

/** Rows and events tell what the ledger tells, in its order. */
async function expectTrueFacts(request: ChargeRequest): Promise<string[]> {
  const [ledger, rows, events] = [
    await harness.ledger(request),
    await harness.rows(request),
    await harness.eventTypes(request),
  ];
  const moved = ledger.map((entry) => entry.split(' ')[0]!);
  expect(rows.filter((row) => row.includes('SUCCEEDED')).map((row) => row.split(' ')[0])).toEqual(moved);
  const factOf: Record<string, string> = { charge: 'waybill.PaymentCharged.v1', refund: 'waybill.PaymentRefunded.v1' };
  expect(events.filter((type) => type !== 'waybill.PaymentFailed.v1')).toEqual(moved.map((type) => factOf[type]));
  const refused = rows.some((row) => row.startsWith('charge REFUSED'));
  expect(refused && moved.length > 0).toBe(false);
  return moved;
}

describe('the facts about an attempt are true and in order', () => {
  it('when charges and refunds of it race, and the refund is repeated until it is through', async () => {
    const requests = some(40);
    await Promise.all(
      requests.flatMap((request) => [
        attempted(harness.charge(request)),
        attempted(harness.refund(request)),
        attempted(harness.charge(request)),
        attempted(harness.refund(request)),
      ]),
    );
    for (const request of requests) {
      await harness.refund(request);
      await attempted(harness.charge(request)); // one that arrives late
      expect([[], ['charge', 'refund']]).toContainEqual(await expectTrueFacts(request));
    }
  });

  it('when the customer is banned while several tries run', async () => {
    const requests = some(25, { customerId: 'cus_banned_in_between' });
    const tries = requests.map((request) => [attempted(harness.charge(request)), attempted(harness.charge(request))]);
    await tries[0]![0]; // some have charged by now, some have not begun
    await harness.ban('cus_banned_in_between');
    const meanwhile = requests.map((request) => attempted(harness.charge(request)));
    await Promise.all([...tries.flat(), ...meanwhile]);
    for (const request of requests) {
      const outcome = await harness.charge(request);
      const moved = await expectTrueFacts(request);
      if (outcome.outcome === 'charged') expect(moved).toEqual(['charge']);
      else expect([[], ['charge', 'refund']]).toContainEqual(moved);
    }
  });
});
