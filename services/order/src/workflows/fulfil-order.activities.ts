import {
  CancelShipment,
  CreateShipment,
  type FailureReason,
  ORDERS_FOR_REVIEW,
  ordersProcess,
  ordersReplies,
  ReleaseStock,
  ReserveStock,
} from '@waybill/contracts';
import type { MessageOutbox, OutgoingMessage } from '@waybill/messaging';
import type { Database } from '@waybill/platform';
import { type Line, type Order, type OrderStatus, type Outcome, sagaId } from '../domain/order.js';
import type { OrderRepository } from '../persistence/order.repository.js';
import { orderConfirmed, orderFailed, processOrder } from '../usecases/order-messages.js';

export interface AttemptRef {
  orderId: string;
  attempt: number;
}

/**
 * The saga's steps in order's own database. Each is one transaction: the order's status together with the task in the
 * outbox. All of them may run twice: status changes are conditional, and tasks are idempotent per attempt.
 */
export interface OrderActivities {
  requestReservation(attempt: AttemptRef, items: Line[]): Promise<void>;
  markReserved(attempt: AttemptRef): Promise<void>;
  /** Marks the order PAID and requests its shipment. */
  requestShipment(attempt: AttemptRef): Promise<void>;
  requestShipmentCancellation(attempt: AttemptRef): Promise<void>;
  requestRelease(attempt: AttemptRef): Promise<void>;
  /** Confirms the order unless another outcome was decided before; returns the outcome that holds. */
  confirmOrder(attempt: AttemptRef): Promise<Outcome>;
  /** Decides that the order fails unless another outcome was decided before; returns the outcome that holds. */
  decideFailure(attempt: AttemptRef): Promise<Outcome>;
  failOrder(attempt: AttemptRef, reason: FailureReason): Promise<void>;
}

export function orderActivities(database: Database, orders: OrderRepository, outbox: MessageOutbox): OrderActivities {
  const send = (task: OutgoingMessage, mark?: { attempt: AttemptRef; status: OrderStatus }) =>
    database.transaction(async (tx) => {
      if (mark) await orders.move(tx, mark.attempt, mark.status);
      await outbox.add(tx, task);
    });

  return {
    requestReservation: (attempt, items) => send(ReserveStock.of({ ...attempt, items }, replyTo(attempt))),
    requestShipment: (attempt) => send(CreateShipment.of(attempt, replyTo(attempt)), { attempt, status: 'PAID' }),
    requestShipmentCancellation: (attempt) => send(CancelShipment.of(attempt, replyTo(attempt))),
    requestRelease: (attempt) => send(ReleaseStock.of(attempt, replyTo(attempt))),

    markReserved: (attempt) =>
      database.transaction(async (tx) => {
        await orders.move(tx, attempt, 'RESERVED');
      }),

    confirmOrder: (attempt) =>
      database.transaction(async (tx) => {
        const outcome = await orders.decide(tx, attempt, 'CONFIRMED');
        const order = outcome === 'CONFIRMED' && (await orders.move(tx, attempt, 'CONFIRMED'));
        if (order) await outbox.add(tx, orderConfirmed(order));
        return outcome;
      }),

    decideFailure: (attempt) => database.transaction((tx) => orders.decide(tx, attempt, 'FAILED')),

    failOrder: (attempt, reason) =>
      database.transaction(async (tx) => {
        const order = await orders.move(tx, attempt, 'FAILED', reason);
        if (!order) return;
        await outbox.add(tx, orderFailed(order, reason));
        const nextAttempt = processOrder({ ...order, attempt: order.attempt + 1 });
        await outbox.addDeadLetter(tx, ORDERS_FOR_REVIEW, nextAttempt, failureOf(order, reason));
      }),
  };
}

/** Replies find the saga by its workflow id. */
const replyTo = (attempt: AttemptRef) => ({ correlationId: sagaId(attempt), replyTo: ordersReplies.name });

/** A failed order becomes a dead letter for review: the task that would start its next attempt. */
function failureOf({ attempt, updatedAt }: Order, reason: FailureReason) {
  const at = updatedAt.toISOString();
  const failure = { class: 'business', error: reason, attempts: attempt, firstFailedAt: at, lastFailedAt: at } as const;
  return { source: ordersProcess.name, consumer: 'order', ...failure };
}
