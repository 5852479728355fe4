import type { SendWebhook } from '@waybill/contracts';
import type { Tx } from '@waybill/outbox';
import type { OrderState, OrderStatus } from '../domain/order.js';

export interface PendingWebhook extends OrderState {
  /** Null when its receiver wants no more. */
  callbackUrl: string | null;
}

/** The state that the attempt reached then, whatever the order's is now. Undefined when it never did. */
export async function pendingWebhook(tx: Tx, task: SendWebhook): Promise<PendingWebhook | undefined> {
  const { rows } = await tx.query<{ url: string | null; status: OrderStatus; reason: string | null; at: Date }>(
    `SELECT orders.callback_url AS url, state.status, state.reason, state.at
     FROM orders JOIN order_history AS state USING (order_id)
     WHERE order_id = $1 AND state.attempt = $2 AND state.status = $3::order_status`,
    [task.orderId, task.attempt, task.status],
  );
  const [row] = rows;
  return row && { callbackUrl: row.url, status: row.status, at: row.at, ...(row.reason && { reason: row.reason }) };
}

/** No more webhooks about this order. */
export async function forgetCallbackUrl(tx: Tx, orderId: string): Promise<void> {
  await tx.query('UPDATE orders SET callback_url = NULL WHERE order_id = $1', [orderId]);
}
