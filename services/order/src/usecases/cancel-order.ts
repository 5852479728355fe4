import { CancelOrder } from '@waybill/contracts';
import type { MessageOutbox } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import type { Order, Outcome } from '../domain/order.js';
import type { OrderRepository } from '../persistence/order.repository.js';
import { orderAborted } from './order-messages.js';

export interface CancelOrderDeps {
  orders: OrderRepository;
  outbox: MessageOutbox;
}

/**
 * Returns the order and its outcome: CANCELLED, or the one that was decided before. A cancelled order is CANCELLED as soon
 * as its saga has undone its steps. Undefined when there is no such order.
 */
export async function cancelOrder(
  { orders, outbox }: CancelOrderDeps,
  tx: Tx,
  orderId: string,
): Promise<{ order: Order; outcome: Outcome } | undefined> {
  const decided = await orders.cancel(tx, orderId);
  if (decided?.outcome === 'CANCELLED' && decided.order.status !== 'CANCELLED') {
    const { attempt, isChoreographed } = decided.order;
    const ref = { orderId, attempt };
    await outbox.add(tx, isChoreographed ? orderAborted(ref) : CancelOrder.of(ref));
  }
  return decided;
}
