import { coalesced, type Tx } from '@waybill/outbox';
import { ALLOWED_FROM, type Order, type OrderStatus, type Outcome } from '../domain/order.js';

/** Writes orders. Every change of status goes through `move`, which records the history. */
export class OrderRepository {
  private readonly insertAll = coalesced(insertAll);

  async insert(tx: Tx, order: Order): Promise<void> {
    await this.insertAll(tx, [order]);
  }

  /**
   * Changes the status of this attempt if its current one allows it: a conditional update, so that one of two competing
   * changes wins. Returns the changed order, or undefined when nothing was changed.
   */
  async move(tx: Tx, ref: { orderId: string; attempt: number }, status: OrderStatus, reason?: string) {
    const { rows } = await tx.query<OrderRow>(
      `WITH moved AS (
         UPDATE orders SET status = $3::order_status, reason = $4, updated_at = greatest(now(), updated_at)
         WHERE order_id = $1 AND attempt = $2 AND status = ANY ($5::order_status[])
         RETURNING *),
       recorded AS (
         INSERT INTO order_history (order_id, attempt, status, reason, at)
         SELECT order_id, attempt, status, reason, updated_at FROM moved)
       SELECT * FROM moved`,
      [ref.orderId, ref.attempt, status, reason ?? null, ALLOWED_FROM[status]],
    );
    return rows[0] && toOrder(rows[0]);
  }

  /**
   * Begins the next attempt at a failed order; a repetition changes nothing. Returns the order's current attempt, or
   * undefined when there is no such order.
   */
  async beginAttempt(tx: Tx, { orderId, attempt }: { orderId: string; attempt: number }): Promise<number | undefined> {
    await tx.query(
      `WITH begun AS (
         UPDATE orders SET attempt = $2, status = 'PENDING', reason = NULL, outcome = NULL,
                           updated_at = greatest(now(), updated_at)
         WHERE order_id = $1 AND attempt = $2 - 1 AND status = 'FAILED'
         RETURNING *)
       INSERT INTO order_history (order_id, attempt, status, at)
       SELECT order_id, attempt, status, updated_at FROM begun`,
      [orderId, attempt],
    );
    const { rows } = await tx.query<{ attempt: number }>('SELECT attempt FROM orders WHERE order_id = $1', [orderId]);
    return rows[0]?.attempt;
  }

  /**
   * Decides the outcome of this attempt unless it was decided before: confirming, failing and cancelling compete for this
   * one row. Returns the outcome that holds. Rejects when there is no such attempt.
   */
  async decide(tx: Tx, { orderId, attempt }: { orderId: string; attempt: number }, outcome: Outcome): Promise<Outcome> {
    const { rows } = await tx.query<{ outcome: Outcome }>(
      `UPDATE orders SET outcome = coalesce(outcome, $3) WHERE order_id = $1 AND attempt = $2 RETURNING outcome`,
      [orderId, attempt, outcome],
    );
    if (!rows[0]) throw new Error(`there is no attempt ${attempt} at order ${orderId}`);
    return rows[0].outcome;
  }
}

async function insertAll(tx: Tx, orders: readonly Order[]): Promise<void> {
  await tx.query(
    `WITH placed AS (
       INSERT INTO orders (order_id, attempt, customer_id, email, payment_token, items, total_amount, currency,
                           created_at, updated_at)
       SELECT "orderId", attempt, "customerId", email, "paymentToken", items, (total->>'amount')::bigint, total->>'currency',
              "createdAt", "updatedAt"
       FROM json_to_recordset($1::json) AS sent ("orderId" uuid, attempt integer, "customerId" text, email text,
         "paymentToken" text, items jsonb, total json, "createdAt" timestamptz, "updatedAt" timestamptz)
       RETURNING order_id, attempt, status, created_at)
     INSERT INTO order_history (order_id, attempt, status, at)
     SELECT order_id, attempt, status, created_at FROM placed`,
    [JSON.stringify(orders)],
  );
}

interface OrderRow {
  order_id: string;
  attempt: number;
  status: OrderStatus;
  reason: string | null;
  customer_id: string;
  email: string;
  payment_token: string;
  items: Order['items'];
  total_amount: string;
  currency: string;
  created_at: Date;
  updated_at: Date;
}

function toOrder(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    attempt: row.attempt,
    status: row.status,
    ...(row.reason && { reason: row.reason }),
    customerId: row.customer_id,
    email: row.email,
    paymentToken: row.payment_token,
    items: row.items,
    total: { amount: Number(row.total_amount), currency: row.currency },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
