import type { ChargeRequest } from '@waybill/contracts';
import type { Finding } from '../domain/reconciliation.js';
import { type ReconciliationRange, reconcile } from '../usecases/reconcile.js';
import { aCharge, crashBeforeCommit, PaymentHarness, unreachableProvider } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

const HOUR = 3_600_000;
/** Everything until now, of one order. */
async function findingsOf({ orderId }: ChargeRequest, range: Partial<ReconciliationRange> = {}): Promise<Finding[]> {
  const now = Date.now();
  const everything = { since: new Date(now - HOUR), until: new Date(now + 1), repair: true };
  const { findings } = await reconcile(harness.deps, { ...everything, ...range });
  return findings.filter(({ attempt }) => attempt?.orderId === orderId);
}
const kindsOf = async (request: ChargeRequest, range?: Partial<ReconciliationRange>) =>
  (await findingsOf(request, range)).map(({ kind, repaired }) => (repaired ? `${kind}, repaired` : kind));
const sql = (text: string, { orderId }: ChargeRequest) => harness.server.pool.query(text, [orderId]);

const CHARGED = 'waybill.PaymentCharged.v1';
const REFUNDED = 'waybill.PaymentRefunded.v1';

describe('a reconciliation', () => {
  it('finds nothing where rows and ledger agree', async () => {
    const [charged, refunded, declined] = [aCharge(), aCharge(), aCharge({ paymentToken: 'tok_declined' })];
    for (const request of [charged, refunded, declined]) await harness.charge(request);
    await harness.refund(refunded);
    for (const request of [charged, refunded, declined]) expect(await kindsOf(request)).toEqual([]);
  });

  it('records a charge that a crashed process left, and its saga then finds it', async () => {
    const request = aCharge();
    await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');

    expect(await kindsOf(request)).toEqual(['charge-not-recorded, repaired']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED]);
    expect(await harness.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
    expect(await kindsOf(request)).toEqual([]);
  });

  it('returns a charge that nobody recorded once its refund was requested', async () => {
    const request = aCharge();
    await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');
    await expect(harness.refund(request, unreachableProvider)).rejects.toThrow('did not respond');

    expect(await kindsOf(request)).toEqual(['charge-not-recorded, repaired']);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED, REFUNDED]);
  });

  it('finishes a refund that was requested', async () => {
    const request = aCharge();
    await harness.charge(request);
    await expect(harness.refund(request, unreachableProvider)).rejects.toThrow('did not respond');

    expect(await kindsOf(request)).toEqual(['undo-not-finished, repaired']);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await kindsOf(request)).toEqual([]);
  });

  it('records a refund that a crashed process left, and its saga then finds it', async () => {
    const request = aCharge();
    await harness.charge(request);
    await expect(harness.refund(request, crashBeforeCommit)).rejects.toThrow('crashed');

    expect(await kindsOf(request)).toEqual(['undo-not-finished, repaired']);
    await harness.refund(request);
    expect(await harness.rows(request)).toEqual(['charge SUCCEEDED', 'refund SUCCEEDED']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED, REFUNDED]);
  });

  it('records once when two run concurrently', async () => {
    const request = aCharge();
    await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');
    await Promise.all([findingsOf(request), findingsOf(request), findingsOf(request)]);
    expect(await harness.eventTypes(request)).toEqual([CHARGED]);
  });

  it('leaves alone what may be in flight', async () => {
    const request = aCharge();
    await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');
    expect(await kindsOf(request, { until: new Date(Date.now() - HOUR / 2) })).toEqual([]);
    expect(await harness.rows(request)).toEqual([]);
  });

  it('changes nothing when it shall only report', async () => {
    const request = aCharge();
    await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');
    expect(await kindsOf(request, { repair: false })).toEqual(['charge-not-recorded']);
    expect(await harness.rows(request)).toEqual([]);
  });

  it('names what cannot be repaired while the provider fails, and compares the others', async () => {
    const request = aCharge();
    await harness.charge(request);
    await expect(harness.refund(request, unreachableProvider)).rejects.toThrow('did not respond');
    const { provider } = harness.deps;
    const readOnly = {
      ...unreachableProvider.provider,
      ledger: provider.ledger.bind(provider),
      charge: provider.charge,
    };
    const refund = () => unreachableProvider.provider.refund({ key: 'any', orderId: 'any', begun: undefined });
    const deps = { ...harness.deps, provider: { ...readOnly, refund } };
    const { findings } = await reconcile(deps, { since: new Date(Date.now() - HOUR), until: new Date(), repair: true });
    expect(findings.filter(({ attempt }) => attempt?.orderId === request.orderId)).toEqual([
      expect.objectContaining({
        kind: 'undo-not-finished',
        repaired: false,
        problem: expect.stringContaining('respond'),
      }),
    ]);
  });
});

describe('a reconciliation reports, and does not repair,', () => {
  it.each<[string, (request: ChargeRequest) => Promise<unknown>, string[]]>([
    ['a charge that we never began', (request) => harness.provider.charge(request), ['charge-nobody-began']],
    [
      'a refund that somebody made at the provider',
      async (request) => {
        await harness.charge(request);
        await harness.provider.refund(request);
      },
      ['refund-nobody-requested'],
    ],
    [
      'a charge that is recorded as refused',
      async (request) => {
        await harness.charge(request);
        await sql(`UPDATE payments SET status = 'REFUSED', reason = 'PAYMENT_DECLINED' WHERE order_id = $1`, request);
      },
      ['refused-but-charged'],
    ],
    [
      'an amount that differs',
      async (request) => {
        await harness.charge(request);
        await sql('UPDATE payments SET amount = 1 WHERE order_id = $1', request);
      },
      ['amount-differs'],
    ],
    [
      'a row whose entry does not exist, and an entry that has no row',
      async (request) => {
        await harness.charge(request);
        await sql(`UPDATE payments SET provider_id = 'ch_nowhere' WHERE order_id = $1`, request);
      },
      ['moved-twice', 'not-in-ledger'],
    ],
  ])('%s', async (_, happen, kinds) => {
    const request = aCharge();
    await happen(request);
    const before = await harness.ledger(request);
    expect(await kindsOf(request)).toEqual(kinds);
    expect(await kindsOf(request)).toEqual(kinds);
    expect(await harness.ledger(request)).toEqual(before);
  });

  it('a charge with a key that is none of ours', async () => {
    const request = aCharge();
    await harness.provider.charge(request, 'somebody-elses');
    const range = { since: new Date(Date.now() - HOUR), until: new Date(Date.now() + 1), repair: true };
    const { findings } = await reconcile(harness.deps, range);
    expect(findings.filter(({ kind }) => kind === 'not-ours')).toEqual([expect.objectContaining({ repaired: false })]);
  });
});
