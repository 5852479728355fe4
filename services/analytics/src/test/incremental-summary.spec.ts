import { readFileSync } from 'node:fs';
import { pgTx, type Tx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { OrderFactsRepository, type OrderUpdate } from '../persistence/order-facts.repository.js';
import { SummaryQueries } from '../persistence/summary.queries.js';
import { SummaryTotals } from '../persistence/summary-totals.repository.js';

const migration = (name: string) =>
  readFileSync(new URL(`../../prisma/migrations/${name}/migration.sql`, import.meta.url), 'utf8');

let database: FreshDatabase;
let db: Tx;
beforeEach(async () => {
  database = await freshDatabase();
  db = { query: (sql, params) => pgTx(database.pool as never).query(sql, params) };
  for (const name of ['0001_analytics', '0002_refunds']) await database.pool.query(migration(name));
});
afterEach(() => database.drop());

const migrate = () => database.pool.query(migration('0003_incremental_summary'));
const facts = new OrderFactsRepository();
const summary = () => new SummaryQueries(db).summary();
const CREATED = Date.parse('2026-01-02T12:00:00.000Z');
const after = (ms: number) => new Date(CREATED + ms).toISOString();
const total = { amount: 100, currency: 'EUR' };

/** All that is ever reported about an order, in its order. */
function eventsOf(n: number, confirmedAfter: number): OrderUpdate[] {
  const orderId = crypto.randomUUID();
  const order = { orderId, attempt: 1, total };
  const created: OrderUpdate = { ...order, status: 'PENDING', reached: ['created_at', after(0)] };
  if (n % 3 === 0) {
    const failed: OrderUpdate = { ...order, status: 'FAILED', reached: ['failed_at', after(5_000)] };
    const again: OrderUpdate = { ...order, attempt: 2, status: 'RESERVED' };
    const failedAgain: OrderUpdate = { ...failed, attempt: 2, reached: ['failed_at', after(9_000)] };
    const refund = (attempt: number): OrderUpdate => ({ orderId, attempt, status: 'PAID', refund: total });
    return [created, refund(1), failed, again, refund(2), failedAgain];
  }
  const sold = [{ sku: `BOOK-00${n % 20}`, quantity: 1 + (n % 4) }];
  return [
    created,
    { ...order, status: 'RESERVED' },
    { ...order, status: 'CONFIRMED', sold, reached: ['confirmed_at', after(confirmedAfter)] },
    { ...order, status: 'DELIVERED', reached: ['delivered_at', after(confirmedAfter + 60_000)] },
  ];
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

describe('the summary', () => {
  beforeEach(migrate);

  it('is the same for the same events, in whichever order, repeated, and concurrent with adding up the totals', async () => {
    const orders = Array.from({ length: 60 }, (_, n) => eventsOf(n, 1_000 + n));
    for (const event of orders.flat()) await facts.update(db, event);
    const expected = await summary();
    expect(expected).toMatchObject({
      orders: { FAILED: 20, DELIVERED: 40 },
      revenue: { amount: 4_000 },
      refunds: { amount: 4_000 },
    });

    await database.pool.query('TRUNCATE order_facts, summary_totals, summary_changes');
    const events = shuffled([...orders.flat(), ...orders.flat(), ...orders.flat()]);
    const addingUp = Array.from({ length: 40 }, () => new SummaryTotals(db).addChanges());
    await Promise.all([...events.map((event) => facts.update(db, event)), ...addingUp]);
    expect(await summary()).toEqual(expected);
    while (await new SummaryTotals(db).addChanges());
    expect((await database.pool.query('SELECT FROM summary_changes')).rowCount).toBe(0);
    expect(await summary()).toEqual(expected);
  });

  it('has percentiles that are less than 5 % from the exact ones', async () => {
    const latencies = Array.from({ length: 1_000 }, () => Math.round(10 ** (1 + 4 * Math.random())));
    for (const [n, ms] of latencies.entries())
      for (const event of eventsOf(3 * n + 1, ms)) await facts.update(db, event);
    const exact = (share: number) => latencies.toSorted((a, b) => a - b)[Math.ceil(share * latencies.length) - 1]!;

    const { p50, p95, p99 } = (await summary()).latencies.createdToConfirmed!;
    for (const [approximate, share] of [
      [p50, 0.5],
      [p95, 0.95],
      [p99, 0.99],
    ] as const)
      expect(Math.abs(approximate! / exact(share) - 1)).toBeLessThan(0.05);
  });

  it('no longer contains an order that was deleted', async () => {
    const kept = eventsOf(1, 2_000);
    for (const event of kept) await facts.update(db, event);
    const before = await summary();
    const gone = eventsOf(2, 3_000);
    for (const event of gone) await facts.update(db, event);
    await database.pool.query('DELETE FROM order_facts WHERE order_id = $1', [gone[0]!.orderId]);
    expect(await summary()).toEqual(before);
  });
});

describe('the migration', () => {
  it('counts the orders that are there, and none of them again when their events are read again', async () => {
    const events = eventsOf(1, 2_000);
    const { orderId } = events[0]!;
    await database.pool.query(
      `INSERT INTO order_facts (order_id, status, total_amount, currency, created_at, confirmed_at, delivered_at)
       VALUES ($1, 'DELIVERED', 100, 'EUR', $2, $3, $4)`,
      [orderId, after(0), after(2_000), after(62_000)],
    );
    await database.pool.query(`INSERT INTO refunds VALUES ($1, 1, 30, 'EUR'), ($2, 1, 70, 'EUR')`, [
      orderId,
      crypto.randomUUID(),
    ]);
    await database.pool.query(`INSERT INTO sku_sales VALUES ('BOOK-001', 2)`);
    await migrate();

    const migrated = await summary();
    expect(migrated).toMatchObject({
      orders: { DELIVERED: 1, PAID: 1 },
      revenue: { amount: 100, currency: 'EUR' },
      refunds: { amount: 100, currency: 'EUR' },
      topSkus: [{ sku: 'BOOK-001', quantity: 2 }],
      latencies: { createdToConfirmed: { p50: 2_000 } },
    });
    for (const event of events) await facts.update(db, event);
    expect(await summary()).toEqual(migrated);
  });
});
