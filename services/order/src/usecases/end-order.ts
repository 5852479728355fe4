import { type FailureReason, ORDERS_FOR_REVIEW, ordersProcess } from '@waybill/contracts';
import type { MessageOutbox } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import type { Attempt, Order } from '../domain/order.js';
import type { Decision, OrderRepository } from '../persistence/order.repository.js';
import { orderCancelled, orderConfirmed, orderFailed, processOrder } from './order-messages.js';
import { countEnded } from './order-metrics.js';

export interface EndOrderDeps {
  orders: OrderRepository;
  outbox: MessageOutbox;
}

export type ConfirmOrderDeps = Pick<EndOrderDeps, 'orders'> & { outbox: Pick<MessageOutbox, 'add'> };

/** Confirms the order unless another outcome was decided before; returns what holds. */
export async function confirmOrder({ orders, outbox }: ConfirmOrderDeps, tx: Tx, attempt: Attempt): Promise<Decision> {
  const outcome = await orders.decide(tx, attempt, 'CONFIRMED');
  const order = outcome === 'CONFIRMED' && (await orders.move(tx, attempt, 'CONFIRMED'));
  if (!order) return outcome;
  await outbox.add(tx, orderConfirmed(order));
  countEnded(order);
  return outcome;
}

/** Ends an order whose outcome is FAILED. It waits for review. `reason` holds if none was decided with the outcome. */
export async function failOrder(
  { orders, outbox }: EndOrderDeps,
  tx: Tx,
  attempt: Attempt,
  reason: FailureReason,
): Promise<void> {
  const order = await orders.move(tx, attempt, 'FAILED', reason);
  if (!order) return;
  await outbox.add(tx, orderFailed(order));
  const nextAttempt = processOrder({ ...order, attempt: order.attempt + 1 });
  await outbox.addDeadLetter(tx, ORDERS_FOR_REVIEW, nextAttempt, failureOf(order));
  countEnded(order);
}

/** Ends an order whose outcome is CANCELLED. */
export async function endCancelledOrder({ orders, outbox }: EndOrderDeps, tx: Tx, attempt: Attempt): Promise<void> {
  const order = await orders.move(tx, attempt, 'CANCELLED');
  if (!order) return;
  await outbox.add(tx, orderCancelled(order));
  countEnded(order);
}

/** A failed order becomes a dead letter for review: the task that would start its next attempt. */
function failureOf({ attempt, updatedAt, reason }: Order) {
  const at = updatedAt.toISOString();
  const failure = {
    class: 'business',
    error: reason!,
    attempts: attempt,
    firstFailedAt: at,
    lastFailedAt: at,
  } as const;
  return { source: ordersProcess.name, consumer: 'order', ...failure };
}
