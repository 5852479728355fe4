import type { Tx } from '@waybill/outbox';
import { furthest, type Progress, type Status } from '../domain/progress.js';

/** A column of `order_facts` with the time at which the order reached a status. */
export type Milestone = 'created_at' | 'confirmed_at' | 'shipped_at' | 'delivered_at' | 'failed_at' | 'cancelled_at';

/** What one event reports about an order. */
export interface OrderUpdate extends Progress {
  orderId: string;
  reached?: [Milestone, at: string];
  /** Minor units. */
  total?: { amount: number; currency: string };
}

/** The projection of the event stream, one row per order. */
export class OrderFactsRepository {
  /** Idempotent, and independent of the order in which the updates arrive. */
  async update(tx: Tx, { orderId, attempt, status, reached, total }: OrderUpdate): Promise<void> {
    const known = await this.lock(tx, orderId);
    const now = furthest(known, { attempt, status });
    const [column, at] = reached ?? ['created_at', null];
    await tx.query(
      `UPDATE order_facts
       SET attempt = $2, status = $3, ${column} = coalesce($4, ${column}),
           total_amount = coalesce($5, total_amount), currency = coalesce($6, currency)
       WHERE order_id = $1`,
      [orderId, now.attempt, now.status, at, total?.amount ?? null, total?.currency ?? null],
    );
  }

  async addRefund(tx: Tx, orderId: string, amount: number): Promise<void> {
    await this.lock(tx, orderId);
    await tx.query('UPDATE order_facts SET refunded = refunded + $2 WHERE order_id = $1', [orderId, amount]);
  }

  /** Sorted by SKU, so that concurrent transactions cannot deadlock. */
  async addSales(tx: Tx, items: readonly { sku: string; quantity: number }[]): Promise<void> {
    const sorted = items.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    await tx.query(
      `INSERT INTO sku_sales (sku, quantity)
       SELECT sku, quantity FROM unnest($1::text[], $2::bigint[]) AS sale (sku, quantity)
       ON CONFLICT (sku) DO UPDATE SET quantity = sku_sales.quantity + excluded.quantity`,
      [sorted.map(({ sku }) => sku), sorted.map(({ quantity }) => quantity)],
    );
  }

  private async lock(tx: Tx, orderId: string): Promise<Progress> {
    const { rows } = await tx.query<{ attempt: number; status: Status }>(
      `INSERT INTO order_facts (order_id) VALUES ($1)
       ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id
       RETURNING attempt, status`,
      [orderId],
    );
    return rows[0]!;
  }
}
