import {
  CancelShipment,
  CreateShipment,
  type FailureReason,
  ordersReplies,
  ReleaseStock,
  ReserveStock,
} from '@waybill/contracts';
import type { MessageOutbox } from '@waybill/messaging';
import { metric, type Tx } from '@waybill/outbox';
import type { Database, Logger } from '@waybill/platform';
import { Counter } from 'prom-client';
import { type Attempt, type Line, sagaId } from '../domain/order.js';
import type { Decision, OrderRepository } from '../persistence/order.repository.js';
import { confirmOrder, endCancelledOrder, failOrder } from '../usecases/end-order.js';

/** An undo is requested again after one, three and seven deadlines: then somebody should know. */
const UNUSUAL_TRIES = 3;

/**
 * A reply from RabbitMQ. Only types of contracts are imported by the workflow: each one evaluates its imports again, and would
 * build every schema.
 */
export interface TaskReply {
  to: 'ReserveStock' | 'ReleaseStock' | 'CreateShipment' | 'CancelShipment';
  outcome?: string;
}

export interface Requested {
  /** False when the attempt is not open: nothing was requested. */
  isOpen: boolean;
  /** It came at once. Otherwise it comes as a signal. */
  reply?: TaskReply;
}

/**
 * The saga's steps in order's own database. Each is one transaction: the order's status together with the task in the
 * outbox. All of them may run twice: status changes are conditional, and tasks are idempotent per attempt. A step forward
 * resolves with false, and does nothing, when the attempt is not open.
 */
export interface OrderActivities {
  requestReservation(attempt: Attempt, items: Line[]): Promise<Requested>;
  markReserved(attempt: Attempt): Promise<boolean>;
  /** Marks the order PAID and requests its shipment. */
  requestShipment(attempt: Attempt): Promise<Requested>;
  /** `tries`: how often it was requested, this time included. */
  requestShipmentCancellation(attempt: Attempt, tries?: number): Promise<Requested>;
  requestRelease(attempt: Attempt, tries?: number): Promise<Requested>;
  /** Confirms the order unless another outcome was decided before; returns what holds. */
  confirmOrder(attempt: Attempt): Promise<Decision>;
  /** Decides that the order fails unless another outcome was decided before; returns what holds. */
  decideFailure(attempt: Attempt, reason: FailureReason): Promise<Decision>;
  failOrder(attempt: Attempt, reason: FailureReason): Promise<void>;
  /** Ends an order whose outcome is CANCELLED. */
  cancelOrder(attempt: Attempt): Promise<void>;
}

/** Waits a moment for the reply to what is requested. */
export interface Replies {
  request(attempt: Attempt, to: TaskReply['to'], request: () => Promise<boolean>): Promise<Requested>;
}

export interface OrderActivityDeps {
  database: Database;
  orders: OrderRepository;
  outbox: MessageOutbox;
  replies: Replies;
  logger: Logger;
}

export function orderActivities(deps: OrderActivityDeps): OrderActivities {
  const { database, orders, outbox, replies, logger } = deps;
  const ends = { orders, outbox };
  const repeated = metric(
    'waybill_undo_requests_repeated_total',
    (name) =>
      new Counter({ name, help: 'Requests to undo a step of a saga that had no reply before', labelNames: ['task'] }),
  );
  const step = (attempt: Attempt, work: (tx: Tx) => Promise<unknown>) =>
    database.transaction(async (tx) => {
      const isOpen = await orders.isOpen(tx, attempt);
      if (isOpen) await work(tx);
      return isOpen;
    });
  const undo = async (contract: typeof CancelShipment | typeof ReleaseStock, attempt: Attempt, tries = 1) => {
    if (tries > 1) repeated.inc({ task: contract.type });
    if (tries >= UNUSUAL_TRIES)
      logger.warn({ ...attempt, task: contract.type, tries }, 'a step of a saga is not undone yet');
    await database.transaction((tx) => outbox.add(tx, contract.of(attempt, replyTo(attempt))));
    return true;
  };

  return {
    requestReservation: (attempt, items) =>
      replies.request(attempt, 'ReserveStock', () =>
        step(attempt, (tx) => outbox.add(tx, ReserveStock.of({ ...attempt, items }, replyTo(attempt)))),
      ),
    markReserved: (attempt) => step(attempt, (tx) => orders.move(tx, attempt, 'RESERVED')),
    requestShipment: (attempt) =>
      replies.request(attempt, 'CreateShipment', () =>
        step(attempt, async (tx) => {
          await orders.move(tx, attempt, 'PAID');
          await outbox.add(tx, CreateShipment.of(attempt, replyTo(attempt)));
        }),
      ),

    requestShipmentCancellation: (attempt, tries) =>
      replies.request(attempt, 'CancelShipment', () => undo(CancelShipment, attempt, tries)),
    requestRelease: (attempt, tries) =>
      replies.request(attempt, 'ReleaseStock', () => undo(ReleaseStock, attempt, tries)),

    confirmOrder: (attempt) => database.transaction((tx) => confirmOrder(ends, tx, attempt)),
    decideFailure: (attempt, reason) => database.transaction((tx) => orders.decide(tx, attempt, 'FAILED', reason)),
    failOrder: (attempt, reason) => database.transaction((tx) => failOrder(ends, tx, attempt, reason)),
    cancelOrder: (attempt) => database.transaction((tx) => endCancelledOrder(ends, tx, attempt)),
  };
}

/** Replies find the saga by its workflow id. */
const replyTo = (attempt: Attempt) => ({ correlationId: sagaId(attempt), replyTo: ordersReplies.name });
