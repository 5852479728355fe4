import type { Tx } from '@waybill/outbox';
import { type Progress, STATUSES } from '../domain/progress.js';

/** A column of `order_facts` with the time at which the order reached a status. */
export type Milestone = 'created_at' | 'confirmed_at' | 'shipped_at' | 'delivered_at' | 'failed_at' | 'cancelled_at';

/** What one event reports about an order. */
export interface OrderUpdate extends Progress {
  orderId: string;
  reached?: [Milestone, at: string];
  /** Minor units. */
  total?: Money;
  sold?: readonly { sku: string; quantity: number }[];
  /** Of this attempt. */
  refund?: Money;
}

interface Money {
  amount: number;
  currency: string;
}

/**
 * The projection of the event stream: a row for each order. It depends on which events have been read, not on their order or
 * on how often each was read, so it needs neither offsets nor the inbox to be right. The summary follows from the rows: see
 * `prisma/migrations/0003_incremental_summary`.
 */
export class OrderFactsRepository {
  async update(tx: Tx, { orderId, attempt, status, reached, total, sold, refund }: OrderUpdate): Promise<void> {
    const [column, at] = reached ?? ['created_at', null];
    await tx.query(
      `INSERT INTO order_facts AS known (order_id, attempt, status, ${column}, total_amount, currency, sold, refunds)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (order_id) DO UPDATE SET
         attempt = greatest(known.attempt, excluded.attempt),
         status = CASE
           WHEN (excluded.attempt, array_position($9::text[], excluded.status))
             > (known.attempt, array_position($9::text[], known.status)) THEN excluded.status
           ELSE known.status
         END,
         ${column} = greatest(known.${column}, excluded.${column}),
         total_amount = coalesce(known.total_amount, excluded.total_amount),
         currency = coalesce(known.currency, excluded.currency),
         sold = coalesce(known.sold, excluded.sold),
         refunds = coalesce(excluded.refunds || known.refunds, known.refunds, excluded.refunds)`,
      [
        orderId,
        attempt,
        status,
        at,
        total?.amount ?? null,
        total?.currency ?? null,
        sold ? JSON.stringify(quantities(sold)) : null,
        refund ? JSON.stringify({ [attempt]: refund }) : null,
        STATUSES,
      ],
    );
  }
}

/** By SKU: lines of the same SKU are added up. */
function quantities(lines: readonly { sku: string; quantity: number }[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return Object.fromEntries(sums);
}
