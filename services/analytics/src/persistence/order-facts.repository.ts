import type { Tx } from '@waybill/outbox';
import { furthest, type Progress, type Status } from '../domain/progress.js';

/** A column of `order_facts` that holds when something happened. */
export type Moment = 'created_at' | 'confirmed_at' | 'shipped_at' | 'delivered_at' | 'failed_at' | 'cancelled_at';

/** What one event tells of an order. */
export interface Heard extends Progress {
  orderId: string;
  /** When it happened, and as what that is remembered. */
  moment?: [Moment, string];
  /** Minor units. */
  total?: { amount: number; currency: string };
}

/** The projection of the event stream: one row an order. */
export class OrderFactsRepository {
  /** Adds what was heard to what is known of the order; telling it twice changes nothing. */
  async note(tx: Tx, { orderId, attempt, status, moment, total }: Heard): Promise<void> {
    const known = await this.lock(tx, orderId);
    const now = furthest(known, { attempt, status });
    const [column, at] = moment ?? ['created_at', null];
    await tx.query(
      `UPDATE order_facts
       SET attempt = $2, status = $3, ${column} = coalesce($4, ${column}),
           total_amount = coalesce($5, total_amount), currency = coalesce($6, currency)
       WHERE order_id = $1`,
      [orderId, now.attempt, now.status, at, total?.amount ?? null, total?.currency ?? null],
    );
  }

  async noteRefund(tx: Tx, orderId: string, amount: number): Promise<void> {
    await this.lock(tx, orderId);
    await tx.query('UPDATE order_facts SET refunded = refunded + $2 WHERE order_id = $1', [orderId, amount]);
  }

  /** Sorted by SKU, so that no two transactions wait for each other. */
  async noteSales(tx: Tx, items: readonly { sku: string; quantity: number }[]): Promise<void> {
    const sorted = items.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    await tx.query(
      `INSERT INTO sku_sales (sku, quantity)
       SELECT sku, quantity FROM unnest($1::text[], $2::bigint[]) AS sold (sku, quantity)
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
