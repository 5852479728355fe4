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
 * A reply from RabbitMQ, forwarded as a signal. Only types of contracts are imported here: each workflow evaluates its
 * imports again, and would build every schema.
 */
export interface TaskReply {
  to: 'ReserveStock' | 'ReleaseStock' | 'CreateShipment' | 'CancelShipment';
  outcome?: string;
}
export const taskReplied = defineSignal<[TaskReply]>('taskReplied');

const SECOND = 1_000;

/** Short, idempotent steps in order's own database, run in the worker and retried without limit. */
const local = proxyLocalActivities<OrderActivities>({
  startToCloseTimeout: 5 * SECOND,
  retry: { initialInterval: 100, maximumInterval: 2 * SECOND },
});

/** Stops the saga's steps, with the reason that the customer is given. */
class StepRejected extends Error {
  constructor(readonly reason: FailureReason) {
    super(reason);
  }
}

/** One attempt at an order, from the accepted order to its outcome. */
export async function fulfilOrder({ order, deadlines, paymentsTaskQueue }: FulfilOrder): Promise<SagaResult> {
  const attempt = { orderId: order.orderId, attempt: order.attempt };
  const undo = new Compensations(); // each undo is idempotent, and safe if its step never happened
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

  const compensate = (reason: FailureReason) =>
    CancellationScope.nonCancellable(async (): Promise<SagaResult> => {
      const outcome = await local.decideFailure(attempt);
      if (outcome === 'CONFIRMED') return { outcome }; // a retry of a confirmation that Temporal did not record
      await undo.runInReverse(); // retried without limit: a refund is never abandoned
      if (outcome === 'CANCELLED') return { outcome };
      await local.failOrder(attempt, reason);
      return { outcome: 'FAILED', reason };
    });

  const runSteps = async (): Promise<void> => {
    undo.add(() => releaseStock());
    await reserveStock();
    undo.add(() => refundPayment(attempt));
    await payOrder();
    undo.add(() => cancelShipment());
    await createShipment();
  };

  async function reserveStock(): Promise<void> {
    await local.requestReservation(attempt, order.items);
    const reply = await replyOf('ReserveStock', deadlines.inventory);
    if (!reply) throw new StepRejected('INVENTORY_UNAVAILABLE');
    if (reply.outcome === 'reserved') return local.markReserved(attempt);
    undo.dropLast();
    throw new StepRejected('OUT_OF_STOCK');
  }

  async function releaseStock(): Promise<void> {
    await untilReplied('ReleaseStock', () => local.requestRelease(attempt));
  }

  async function payOrder(): Promise<void> {
    const { customerId, paymentToken, total } = order;
    const payment = await chargePayment({ ...attempt, customerId, paymentToken, ...total }).catch(unavailable);
    if (payment.outcome === 'charged') return;
    undo.dropLast();
    throw new StepRejected(payment.reason);
  }

  async function createShipment(): Promise<void> {
    await local.requestShipment(attempt);
    const reply = await replyOf('CreateShipment', deadlines.inventory);
    if (reply?.outcome !== 'created') throw new StepRejected('INVENTORY_UNAVAILABLE');
  }

  async function cancelShipment(): Promise<void> {
    await untilReplied('CancelShipment', () => local.requestShipmentCancellation(attempt));
  }

  /** Repeats the request until there is a reply: an undo must happen, however long its service is unavailable. */
  async function untilReplied(task: TaskReply['to'], request: () => Promise<void>): Promise<void> {
    do await request();
    while (!(await replyOf(task, deadlines.inventory)));
  }

  try {
    await CancellationScope.withTimeout(deadlines.order, runSteps);
  } catch (failure) {
    return compensate(reasonOf(failure));
  }
  const outcome = await CancellationScope.nonCancellable(() => local.confirmOrder(attempt));
  return outcome === 'CONFIRMED' ? { outcome } : compensate('TIMED_OUT'); // another outcome was decided first
}

/** Collects replies as they arrive. Returns a function that waits for one, or returns undefined after the timeout. */
function collectReplies() {
  const replies = new Map<string, TaskReply>();
  setHandler(taskReplied, (reply) => void replies.set(reply.to, reply));
  return async (task: TaskReply['to'], timeout: number): Promise<TaskReply | undefined> => {
    await condition(() => replies.has(task), timeout);
    return replies.get(task);
  };
}

/** The payment service did not respond in time. A cancellation of the saga stays one. */
function unavailable(failure: unknown): never {
  if (isCancellation(failure)) throw failure;
  if (failure instanceof ActivityFailure) throw new StepRejected('PAYMENT_UNAVAILABLE');
  throw failure;
}

/**
 * Anything else is a bug in this file. Rethrown, it fails the workflow task and not the saga, which resumes once the bug
 * is fixed.
 */
function reasonOf(failure: unknown): FailureReason {
  if (failure instanceof StepRejected) return failure.reason;
  if (isCancellation(failure)) return 'TIMED_OUT';
  throw failure;
}
