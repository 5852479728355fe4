import type { Tx } from '@waybill/outbox';

const CONFIRMED = `status IN ('CONFIRMED', 'SHIPPED', 'DELIVERED')`;

/** The projection as the dashboard shows it. */
export class SummaryQueries {
  constructor(private readonly db: Tx) {}

  async summary() {
    const [orders, money, topSkus, latencies] = await Promise.all([
      this.orders(),
      this.money(),
      this.topSkus(),
      this.latencies(),
    ]);
    return { orders, ...money, topSkus, latencies };
  }

  /** The number of orders in each status. */
  private async orders(): Promise<Record<string, number>> {
    const { rows } = await this.db.query<{ status: string; n: string }>(
      'SELECT status, count(*) AS n FROM order_facts GROUP BY status',
    );
    return Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]));
  }

  private async money() {
    const { rows } = await this.db.query<{ revenue: string; refunds: string; currency: string }>(
      `SELECT coalesce(sum(total_amount) FILTER (WHERE ${CONFIRMED}), 0) AS revenue,
              coalesce(sum(refunded), 0) AS refunds, coalesce(max(currency), 'EUR') AS currency
       FROM order_facts`,
    );
    const { revenue, refunds, currency } = rows[0]!;
    return { revenue: { amount: Number(revenue), currency }, refunds: { amount: Number(refunds), currency } };
  }

  private async topSkus() {
    const { rows } = await this.db.query<{ sku: string; quantity: string }>(
      'SELECT sku, quantity FROM sku_sales ORDER BY quantity DESC, sku LIMIT 10',
    );
    return rows.map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) }));
  }

  /** Milliseconds since the order's creation, over all orders that reached the milestone. */
  private async latencies() {
    const { rows } = await this.db.query<Record<string, number[] | null>>(
      `SELECT ${Object.entries(MILESTONES)
        .map(([name, column]) => `${percentilesUntil(column)} AS "${name}"`)
        .join(', ')} FROM order_facts`,
    );
    return Object.fromEntries(Object.keys(MILESTONES).map((name) => [name, percentiles(rows[0]![name])]));
  }
}

const MILESTONES = {
  createdToConfirmed: 'confirmed_at',
  createdToShipped: 'shipped_at',
  createdToDelivered: 'delivered_at',
  createdToFailed: 'failed_at',
};

const percentilesUntil = (column: string) =>
  `percentile_cont(ARRAY[0.5, 0.95, 0.99])
     WITHIN GROUP (ORDER BY extract(epoch FROM ${column} - created_at) * 1000)`;

function percentiles(values: number[] | null | undefined) {
  const [p50, p95, p99] = (values ?? []).map((value) => Math.round(Number(value)));
  return { p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null };
}
