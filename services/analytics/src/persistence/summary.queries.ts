import type { Tx } from '@waybill/outbox';
import { type BucketChange, type Percentiles, percentilesOf } from '../domain/percentiles.js';

/** The totals, and the changes that are not part of them yet, of the measures in $1. */
const FIGURES = `(
    SELECT measure, key, n, amount FROM summary_changes WHERE measure = ANY ($1::text[])
    UNION ALL SELECT measure, key, n, amount FROM summary_totals WHERE measure = ANY ($1::text[])
  ) AS figures`;

/** The projection as the dashboard shows it. What it costs does not depend on the number of orders. */
export class SummaryQueries {
  constructor(private readonly db: Tx) {}

  async summary() {
    const [ordersAndMoney, topSkus, latencies] = await Promise.all([
      this.ordersAndMoney(),
      this.topSkus(),
      this.latencies(),
    ]);
    return { ...ordersAndMoney, topSkus, latencies };
  }

  private async ordersAndMoney() {
    const measures = ['orders', 'revenue', 'refunds'];
    const { rows } = await this.db.query<{ measure: string; key: string; n: string; amount: string }>(
      `SELECT measure, key, sum(n) AS n, sum(amount) AS amount FROM ${FIGURES} GROUP BY measure, key HAVING sum(n) > 0`,
      [measures],
    );
    const figures = rows.map((row) => ({ ...row, n: Number(row.n), amount: Number(row.amount) }));
    const ordersByStatus = figures.filter(({ measure }) => measure === 'orders').map(({ key, n }) => [key, n] as const);
    return { orders: Object.fromEntries(ordersByStatus), ...money(figures) };
  }

  /** Sales only grow: an SKU without changes that is not among the first ten by its total is not among them now. */
  private async topSkus() {
    const { rows } = await this.db.query<{ sku: string; quantity: string }>(
      `WITH changes AS (
         SELECT key, sum(amount) AS amount FROM summary_changes WHERE measure = 'sold' GROUP BY key
       ), candidates AS (
         (SELECT key FROM summary_totals WHERE measure = 'sold' ORDER BY amount DESC, key LIMIT 10)
         UNION SELECT key FROM changes
       )
       SELECT candidates.key AS sku, coalesce(total.amount, 0) + coalesce(changes.amount, 0) AS quantity
       FROM candidates
       LEFT JOIN summary_totals AS total ON total.measure = 'sold' AND total.key = candidates.key
       LEFT JOIN changes ON changes.key = candidates.key
       WHERE coalesce(total.amount, 0) + coalesce(changes.amount, 0) > 0
       ORDER BY quantity DESC, sku LIMIT 10`,
    );
    return rows.map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) }));
  }

  /**
   * Milliseconds since the order's creation, over all orders that reached the milestone; less than 5 % from the exact ones. All
   * buckets of a latency are one value of the result: a row each would cost more than the rest of the summary.
   */
  private async latencies(): Promise<Record<string, Percentiles>> {
    const { rows } = await this.db.query<{ measure: string; buckets: string }>(
      `SELECT measure, '[' || string_agg('[' || key || ',' || n || ',' || amount || ']', ',') || ']' AS buckets
       FROM ${FIGURES} GROUP BY measure`,
      [LATENCIES],
    );
    const known = new Map(rows.map(({ measure, buckets }) => [measure, JSON.parse(buckets) as BucketChange[]]));
    return Object.fromEntries(LATENCIES.map((name) => [name, percentilesOf(known.get(name) ?? [])]));
  }
}

const LATENCIES = ['createdToConfirmed', 'createdToShipped', 'createdToDelivered', 'createdToFailed'];

/** Amounts of different currencies are never added up: first the currency that most orders have, then the others. */
function money(figures: readonly { measure: string; key: string; n: number; amount: number }[]) {
  const of = (wanted: string) =>
    new Map(figures.flatMap(({ measure, key, ...figure }) => (measure === wanted ? [[key, figure]] : [])));
  const [revenue, refunds] = [of('revenue'), of('refunds')];
  const orders = (currency: string) => revenue.get(currency)?.n ?? 0;
  const currencies = [...new Set([...revenue.keys(), ...refunds.keys()])].sort(
    (a, b) => orders(b) - orders(a) || (a < b ? -1 : 1),
  );
  const [main, ...otherCurrencies] = currencies.map((currency) => ({
    revenue: { amount: revenue.get(currency)?.amount ?? 0, currency },
    refunds: { amount: refunds.get(currency)?.amount ?? 0, currency },
  }));
  const nothing = { amount: 0, currency: 'EUR' };
  return { ...(main ?? { revenue: nothing, refunds: nothing }), otherCurrencies };
}
