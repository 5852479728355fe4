import { Injectable } from '@nestjs/common';
import { SendWebhook } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { coalesced, type Tx } from '@waybill/outbox';
import type { Age } from '../domain/deadlines.js';
import {
  ALLOWED_FROM,
  type Attempt,
  type FailureReason,
  FORWARD,
  isTerminal,
  type Order,
  type OrderStatus,
  type Outcome,
  sagaId,
  UNFINISHED,
} from '../domain/order.js';

/** The outcome of an attempt; `SUPERSEDED` when there is no such attempt, or not any more. */
export type Decision = Outcome | 'SUPERSEDED';

/** Writes orders. Every change of status goes through `move`, which records the history and requests the webhook. */
@Injectable()
export class OrderRepository {
  private readonly insertAll = coalesced(insertAll);

  constructor(private readonly outbox: MessageOutbox) {}

  async insert(tx: Tx, order: Order): Promise<void> {
    await this.insertAll(tx, [order]);
  }

  /**
   * Changes the status of this attempt if its current one allows it: a conditional update, so that one of two competing
   * changes wins. The history gets the statuses that were skipped, too. `reason` holds unless one was decided with the outcome.
   * Returns the changed order, or undefined when nothing was changed. Whoever calls this, the tasks that call the customer back
   * are in the same commit.
   */
  async move(tx: Tx, ref: Attempt, status: OrderStatus, reason?: FailureReason): Promise<Order | undefined> {
    const { rows } = await tx.query<OrderRow & { was: OrderStatus }>(
      `WITH before AS (
         SELECT order_id, status AS was FROM orders
         WHERE order_id = $1 AND attempt = $2 AND status = ANY ($5::order_status[]) FOR UPDATE),
       moved AS (
         UPDATE orders SET status = $3::order_status,
                           reason = coalesce(CASE WHEN $3::order_status = 'FAILED' THEN outcome_reason END, $4),
                           updated_at = greatest(now(), updated_at)
         FROM before WHERE orders.order_id = before.order_id
         RETURNING orders.*, was),
       recorded AS (
         INSERT INTO order_history (order_id, attempt, status, reason, at)
         SELECT order_id, attempt, reached, reason, updated_at FROM moved, unnest($6::order_status[]) AS reached
         WHERE reached > was ORDER BY reached)
       SELECT * FROM moved`,
      [ref.orderId, ref.attempt, status, reason ?? null, ALLOWED_FROM[status], stepsTo(status)],
    );
    const [row] = rows;
    if (!row) return undefined;
    const order = toOrder(row);
    if (order.callbackUrl) await this.outbox.add(tx, ...webhooksOf(order, row.was));
    return order;
  }

  /** Undefined when there is no such order. */
  async find(tx: Tx, orderId: string): Promise<Order | undefined> {
    const { rows } = await tx.query<OrderRow>('SELECT * FROM orders WHERE order_id = $1', [orderId]);
    return rows[0] && toOrder(rows[0]);
  }

  /**
   * The orders that have been without an outcome, and in the same status, for so many milliseconds, oldest first. A PENDING one
   * may still wait in the queue, unless later ones have gone ahead of it or it waits fifteen times as long.
   */
  async stalled(tx: Tx, milliseconds: number): Promise<Order[]> {
    const { rows } = await tx.query<OrderRow>(
      `WITH latest AS (SELECT order_id FROM order_history WHERE status <> 'PENDING' ORDER BY seq DESC LIMIT 100),
            reached AS (SELECT max(created_at) AS at FROM orders WHERE order_id IN (SELECT order_id FROM latest)),
            patience AS (SELECT $2 * interval '1 ms' AS time)
       SELECT orders.* FROM orders, reached, patience
       WHERE status = ANY ($1::order_status[]) AND updated_at < now() - time AND choreographed_since IS NULL
         AND (status <> 'PENDING' OR updated_at < reached.at - time OR updated_at < now() - 15 * time)
       ORDER BY order_id LIMIT 1000`,
      [UNFINISHED, milliseconds],
    );
    return rows.map(toOrder);
  }

  /**
   * For how many milliseconds orders have been waiting for their first reply; 0 when hardly any wait. A few of them may wait for
   * other reasons, such as an operator.
   */
  async longestWait(tx: Tx): Promise<number> {
    const { rows } = await tx.query<{ wait: number }>(
      `SELECT (extract(epoch FROM now() - updated_at) * 1000)::float8 AS wait FROM orders
       WHERE status = 'PENDING' AND outcome IS NULL ORDER BY order_id OFFSET 20 LIMIT 1`,
    );
    return rows[0]?.wait ?? 0;
  }

  /** Marks that this attempt, which is PENDING, is choreographed. Undefined when it was marked before, or is in another state. */
  async beginChoreography(tx: Tx, { orderId, attempt }: Attempt): Promise<Order | undefined> {
    const { rows } = await tx.query<OrderRow>(
      `UPDATE orders SET choreographed_since = now()
       WHERE order_id = $1 AND attempt = $2 AND status = 'PENDING' AND choreographed_since IS NULL RETURNING *`,
      [orderId, attempt],
    );
    return rows[0] && toOrder(rows[0]);
  }

  /**
   * Up to 100 choreographed attempts without an outcome that have been in their status, or on their way, for so many
   * milliseconds. They stay locked until the transaction ends; those that are locked already are left out.
   */
  async lockChoreographed(tx: Tx, olderThan: number): Promise<{ order: Order; age: Age }[]> {
    const { rows } = await tx.query<OrderRow & { in_status: number; in_all: number }>(
      `SELECT orders.*, extract(epoch FROM now() - choreographed_since)::float8 * 1000 AS in_all,
              extract(epoch FROM now() - greatest(choreographed_since, updated_at))::float8 * 1000 AS in_status
       FROM orders
       WHERE outcome IS NULL AND choreographed_since < now() - $1 * interval '1 ms'
       ORDER BY choreographed_since LIMIT 100 FOR UPDATE SKIP LOCKED`,
      [olderThan],
    );
    return rows.map((row) => ({ order: toOrder(row), age: { inStatus: row.in_status, inAll: row.in_all } }));
  }

  /** The saga ids of those attempts that have not ended. */
  async unfinished(tx: Tx, attempts: readonly Attempt[]): Promise<Set<string>> {
    const { rows } = await tx.query<{ order_id: string; attempt: number }>(
      'SELECT order_id, attempt FROM orders WHERE order_id = ANY ($1::uuid[]) AND status = ANY ($2::order_status[])',
      [attempts.map(({ orderId }) => orderId), UNFINISHED],
    );
    return new Set(rows.map(({ order_id: orderId, attempt }) => sagaId({ orderId, attempt })));
  }

  /** Whether this is the order's current attempt and it has no outcome yet. */
  async isOpen(tx: Tx, { orderId, attempt }: Attempt): Promise<boolean> {
    const { rowCount } = await tx.query('SELECT FROM orders WHERE order_id = $1 AND attempt = $2 AND outcome IS NULL', [
      orderId,
      attempt,
    ]);
    return rowCount > 0;
  }

  /**
   * Begins the attempt after this one if the order has failed, with another payment token if given. Otherwise changes
   * nothing: then another process was quicker.
   */
  async beginNextAttempt(tx: Tx, { orderId, attempt }: Attempt, paymentToken?: string): Promise<void> {
    await tx.query(
      `WITH begun AS (
         UPDATE orders SET attempt = attempt + 1, status = 'PENDING', reason = NULL, outcome = NULL,
                           outcome_reason = NULL, outcome_decided_at = NULL, choreographed_since = NULL, payment_token = coalesce($3, payment_token), updated_at = greatest(now(), updated_at)
         WHERE order_id = $1 AND attempt = $2 AND status = 'FAILED'
         RETURNING *)
       INSERT INTO order_history (order_id, attempt, status, at)
       SELECT order_id, attempt, status, updated_at FROM begun`,
      [orderId, attempt, paymentToken ?? null],
    );
  }

  /**
   * Decides the outcome of this attempt unless it was decided before: confirming, failing and cancelling compete for this
   * one row. Returns what holds.
   */
  async decide(tx: Tx, { orderId, attempt }: Attempt, outcome: Outcome, reason?: FailureReason): Promise<Decision> {
    const { rows } = await tx.query<{ outcome: Outcome }>(
      `UPDATE orders SET outcome = coalesce(outcome, $3), outcome_decided_at = coalesce(outcome_decided_at, now()),
                         outcome_reason = CASE WHEN outcome IS NULL THEN $4 ELSE outcome_reason END
       WHERE order_id = $1 AND attempt = $2 RETURNING outcome`,
      [orderId, attempt, outcome, reason ?? null],
    );
    return rows[0]?.outcome ?? 'SUPERSEDED';
  }

  /**
   * Decides that the current attempt is cancelled, unless its outcome was decided before: competes with `decide`. Returns the
   * order and what holds; undefined when there is no such order.
   */
  async cancel(tx: Tx, orderId: string): Promise<{ order: Order; outcome: Outcome } | undefined> {
    const { rows } = await tx.query<OrderRow & { outcome: Outcome }>(
      `UPDATE orders SET outcome = coalesce(outcome, 'CANCELLED'), outcome_decided_at = coalesce(outcome_decided_at, now())
       WHERE order_id = $1 RETURNING *`,
      [orderId],
    );
    return rows[0] && { order: toOrder(rows[0]), outcome: rows[0].outcome };
  }
}

/** The statuses that an order has been in when it reaches this one. */
const stepsTo = (status: OrderStatus): OrderStatus[] =>
  FORWARD.includes(status) ? FORWARD.slice(0, FORWARD.indexOf(status) + 1) : [status];

/** The tasks that call the customer back about what an order has reached since it was in this status. */
function webhooksOf({ orderId, attempt, status }: Order, was: OrderStatus) {
  const reached = stepsTo(status).filter((step) => !stepsTo(was).includes(step));
  return reached.filter(isTerminal).map((step) => SendWebhook.of({ orderId, attempt, status: step }));
}

async function insertAll(tx: Tx, orders: readonly Order[]): Promise<void> {
  await tx.query(
    `WITH placed AS (
       INSERT INTO orders (order_id, attempt, customer_id, email, payment_token, callback_url, traceparent, items, total_amount,
                           currency, created_at, updated_at)
       SELECT "orderId", attempt, "customerId", email, "paymentToken", "callbackUrl", traceparent, items,
              (total->>'amount')::bigint, total->>'currency', "createdAt", "updatedAt"
       FROM json_to_recordset($1::json) AS sent ("orderId" uuid, attempt integer, "customerId" text, email text,
         "paymentToken" text, "callbackUrl" text, traceparent text, items jsonb, total json, "createdAt" timestamptz, "updatedAt" timestamptz)
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
  reason: FailureReason | null;
  customer_id: string;
  email: string;
  payment_token: string;
  callback_url: string | null;
  traceparent: string | null;
  items: Order['items'];
  total_amount: string;
  currency: string;
  created_at: Date;
  updated_at: Date;
  choreographed_since: Date | null;
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
    ...(row.callback_url && { callbackUrl: row.callback_url }),
    ...(row.traceparent && { traceparent: row.traceparent }),
    items: row.items,
    total: { amount: Number(row.total_amount), currency: row.currency },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    isChoreographed: row.choreographed_since !== null,
  };
}
