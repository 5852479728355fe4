import {
  ActivityFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { FailureReason, PaymentActivities, ProcessOrder } from '@waybill/contracts';
import { Compensations } from './compensations.js';
import type { OrderActivities } from './fulfil-order.activities.js';

/** The deadlines in milliseconds. */
export interface Deadlines {
  inventory: number;
  payment: number;
  order: number;
}

export interface FulfilOrder {
  order: ProcessOrder;
  deadlines: Deadlines;
  paymentsTaskQueue: string;
}

export type SagaResult = { outcome: 'CONFIRMED' | 'CANCELLED' } | { outcome: 'FAILED'; reason: FailureReason };

/**
 * A reply from RabbitMQ, passed on: to which task, and what it says. Of contracts only types are imported here: each saga
 * runs its imports anew, and would build every schema again.
 */
export interface TaskReply {
  to: 'ReserveStock' | 'ReleaseStock' | 'CreateShipment' | 'CancelShipment';
  outcome?: string;
}
export const taskReplied = defineSignal<[TaskReply]>('taskReplied');

const SECOND = 1_000;

/** Short, idempotent, in order's own database: run in place, retried for ever. */
const ours = proxyLocalActivities<OrderActivities>({
  startToCloseTimeout: 5 * SECOND,
  retry: { initialInterval: 100, maximumInterval: 2 * SECOND },
});

/** Stops the saga's forward way, for a reason that is told to the customer. */
class Refused extends Error {
  constructor(readonly reason: FailureReason) {
    super(reason);
  }
}

/** One attempt at an order, from the accepted order to its outcome. */
export async function fulfilOrder({ order, deadlines, paymentsTaskQueue }: FulfilOrder): Promise<SagaResult> {
  const attempt = { orderId: order.orderId, attempt: order.attempt };
  const undo = new Compensations(); // each undo is idempotent and fine with 'was never done'
  const replyOf = collectReplies();
  const { chargePayment } = proxyActivities<PaymentActivities>({
    taskQueue: paymentsTaskQueue,
    scheduleToCloseTimeout: deadlines.payment,
    startToCloseTimeout: 10 * SECOND,
    heartbeatTimeout: 3 * SECOND,
    retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5 * SECOND },
  });
  const { refundPayment } = proxyActivities<PaymentActivities>({
    taskQueue: paymentsTaskQueue,
    startToCloseTimeout: 10 * SECOND,
    heartbeatTimeout: 3 * SECOND,
    retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 30 * SECOND },
  });

  const giveUp = (reason: FailureReason) =>
    CancellationScope.nonCancellable(async (): Promise<SagaResult> => {
      const outcome = await ours.decideFailure(attempt);
      if (outcome === 'CONFIRMED') return { outcome }; // confirmed, but Temporal lost the word of it and had us do it again
      await undo.runInReverse(); // retried without limit: a refund is never given up
      if (outcome === 'CANCELLED') return { outcome };
      await ours.failOrder(attempt, reason);
      return { outcome: 'FAILED', reason };
    });

  const forward = async (): Promise<void> => {
    undo.add(() => releaseStock());
    await reserveStock();
    undo.add(() => refundPayment(attempt));
    await payOrder();
    undo.add(() => cancelShipment());
    await createShipment();
  };

  async function reserveStock(): Promise<void> {
    await ours.requestReservation(attempt, order.items);
    const reply = await replyOf('ReserveStock', deadlines.inventory);
    if (!reply) throw new Refused('INVENTORY_UNAVAILABLE');
    if (reply.outcome === 'reserved') return ours.markReserved(attempt);
    undo.dropLast();
    throw new Refused('OUT_OF_STOCK');
  }

  async function releaseStock(): Promise<void> {
    await untilReplied('ReleaseStock', () => ours.requestRelease(attempt));
  }

  async function payOrder(): Promise<void> {
    const { customerId, paymentToken, total } = order;
    const payment = await chargePayment({ ...attempt, customerId, paymentToken, ...total }).catch(unavailable);
    if (payment.outcome === 'charged') return;
    undo.dropLast();
    throw new Refused(payment.reason);
  }

  async function createShipment(): Promise<void> {
    await ours.requestShipment(attempt);
    const reply = await replyOf('CreateShipment', deadlines.inventory);
    if (reply?.outcome !== 'created') throw new Refused('INVENTORY_UNAVAILABLE');
  }

  async function cancelShipment(): Promise<void> {
    await untilReplied('CancelShipment', () => ours.requestShipmentCancellation(attempt));
  }

  /** Asks again from time to time, because an undo must happen, however long its service is away. */
  async function untilReplied(task: TaskReply['to'], ask: () => Promise<void>): Promise<void> {
    do await ask();
    while (!(await replyOf(task, deadlines.inventory)));
  }

  try {
    await CancellationScope.withTimeout(deadlines.order, forward);
  } catch (failure) {
    return giveUp(reasonOf(failure));
  }
  const outcome = await CancellationScope.nonCancellable(() => ours.confirmOrder(attempt));
  return outcome === 'CONFIRMED' ? { outcome } : giveUp('TIMED_OUT'); // somebody was faster
}

/** Keeps the replies as they come; asked for one, waits for it, or for `undefined` when the milliseconds have passed. */
function collectReplies() {
  const replies = new Map<string, TaskReply>();
  setHandler(taskReplied, (reply) => void replies.set(reply.to, reply));
  return async (task: TaskReply['to'], milliseconds: number): Promise<TaskReply | undefined> => {
    await condition(() => replies.has(task), milliseconds);
    return replies.get(task);
  };
}

/** The payment service gave no answer in its time. A cancellation of the saga stays one. */
function unavailable(failure: unknown): never {
  if (isCancellation(failure)) throw failure;
  if (failure instanceof ActivityFailure) throw new Refused('PAYMENT_UNAVAILABLE');
  throw failure;
}

/**
 * Anything else is a mistake in this file. Thrown as it is, it fails the workflow task and not the saga, which goes on when
 * the mistake is mended.
 */
function reasonOf(failure: unknown): FailureReason {
  if (failure instanceof Refused) return failure.reason;
  if (isCancellation(failure)) return 'TIMED_OUT';
  throw failure;
}
