import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { FailureReason, PaymentActivities } from '@waybill/contracts';
import type { Deadlines } from '../domain/deadlines.js';
import type { Line, Money, OrderStatus } from '../domain/order.js';
import { Compensations } from './compensations.js';
import type { OrderActivities, Requested, TaskReply } from './fulfil-order.activities.js';
import { ORDER_STATUS } from './search-attributes.js';

export interface OrderToFulfil {
  orderId: string;
  attempt: number;
  customerId: string;
  items: Line[];
  total: Money;
  /** Sealed. */
  paymentToken: string;
}

export interface FulfilOrder {
  order: OrderToFulfil;
  deadlines: Deadlines;
  paymentsTaskQueue: string;
  /** An earlier saga of this attempt was lost: it may have taken any step. */
  isRestarted?: boolean;
  /** An earlier run of this saga was undoing its steps, for this reason, until its history became too long. */
  undoing?: FailureReason;
}

export type SagaResult =
  | { outcome: 'CONFIRMED' | 'CANCELLED' | 'SUPERSEDED' }
  | { outcome: 'FAILED'; reason: FailureReason };

/** A reply that did not arrive while its local activity waited for it. */
export const taskReplied = defineSignal<[TaskReply]>('taskReplied');

const SECOND = 1_000;
/** Between two requests to undo a step. */
const LONGEST_WAIT = 10 * 60 * SECOND;

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

/**
 * One attempt at an order, from the accepted order to its outcome. When its customer cancels, order's row has decided and the
 * workflow is cancelled.
 */
export async function fulfilOrder(input: FulfilOrder): Promise<SagaResult> {
  const result = await runSaga(input);
  if (result.outcome !== 'SUPERSEDED') showStatus(result.outcome);
  return result;
}

async function runSaga(input: FulfilOrder): Promise<SagaResult> {
  const { order, deadlines, paymentsTaskQueue, isRestarted } = input;
  let { undoing } = input;
  const attempt = { orderId: order.orderId, attempt: order.attempt };
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
  const undo = new Compensations({
    reserve: releaseStock,
    pay: () => refundPayment(attempt),
    ship: cancelShipment,
  }); // each is idempotent, and safe if its step never happened

  const compensate = (reason: FailureReason) =>
    CancellationScope.nonCancellable(async (): Promise<SagaResult> => {
      const outcome = await local.decideFailure(attempt, reason);
      if (outcome === 'CONFIRMED') return { outcome }; // a retry of a confirmation that Temporal did not record
      undoing = reason;
      await undo.runInReverse(); // retried without limit: a refund is never abandoned
      if (outcome === 'CANCELLED') await local.cancelOrder(attempt);
      if (outcome !== 'FAILED') return { outcome };
      await local.failOrder(attempt, reason);
      return { outcome, reason };
    });

  const runSteps = async (): Promise<void> => {
    if (isRestarted) undo.addAll();
    undo.add('reserve');
    await reserveStock();
    undo.add('pay');
    await payOrder();
    undo.add('ship');
    await createShipment();
  };

  async function reserveStock(): Promise<void> {
    const requested = await local.requestReservation(attempt, order.items);
    const reply = await replyOf('ReserveStock', requested, deadlines.inventory);
    if (!reply) throw new StepRejected('INVENTORY_UNAVAILABLE');
    if (reply.outcome === 'reserved') {
      mustBeOpen(await local.markReserved(attempt));
      return showStatus('RESERVED');
    }
    undo.drop('reserve');
    throw new StepRejected('OUT_OF_STOCK');
  }

  async function releaseStock(): Promise<void> {
    await untilReplied('ReleaseStock', (tries) => local.requestRelease(attempt, tries));
  }

  async function payOrder(): Promise<void> {
    const { customerId, paymentToken, total } = order;
    const payment = await chargePayment({ ...attempt, customerId, paymentToken, ...total }).catch(unavailable);
    if (payment.outcome === 'charged') return;
    undo.drop('pay');
    throw new StepRejected(payment.reason);
  }

  async function createShipment(): Promise<void> {
    const requested = await local.requestShipment(attempt);
    const reply = await replyOf('CreateShipment', requested, deadlines.inventory);
    if (reply?.outcome !== 'created') throw new StepRejected('INVENTORY_UNAVAILABLE');
  }

  async function cancelShipment(): Promise<void> {
    await untilReplied('CancelShipment', (tries) => local.requestShipmentCancellation(attempt, tries));
  }

  /**
   * Repeats the request, less and less often, until there is a reply: an undo must happen, however long its service is
   * unavailable.
   */
  async function untilReplied(task: TaskReply['to'], request: (tries: number) => Promise<Requested>): Promise<void> {
    for (let tries = 1, wait = deadlines.inventory; ; tries++, wait = Math.min(wait * 2, LONGEST_WAIT)) {
      if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof fulfilOrder>({ ...input, undoing });
      if (await replyOf(task, await request(tries), wait)) return;
    }
  }

  if (undoing) {
    undo.addAll();
    return compensate(undoing);
  }
  try {
    await CancellationScope.withTimeout(deadlines.order, runSteps);
  } catch (failure) {
    return compensate(reasonOf(failure));
  }
  const outcome = await CancellationScope.nonCancellable(() => local.confirmOrder(attempt));
  return outcome === 'CONFIRMED' ? { outcome } : compensate('TIMED_OUT'); // another outcome was decided first
}

/**
 * Our own row decides whether a step is taken: an attempt that has its outcome, was superseded by the next one, or never
 * existed ends here. In the history of a saga that an earlier version began, a step has no result: it was taken.
 */
function mustBeOpen(isOpen: boolean | undefined): void {
  if (isOpen === false) throw new StepRejected('TIMED_OUT'); // the reason counts only if the row has no outcome
}

/**
 * Collects replies as they arrive. Returns a function that returns the one that came at once, or waits for it, or returns
 * undefined after the timeout. In a saga that an earlier version began, a request has no result, or only whether it is open.
 */
function collectReplies() {
  const replies = new Map<string, TaskReply>();
  setHandler(taskReplied, (reply) => void replies.set(reply.to, reply));
  return async (task: TaskReply['to'], requested: Requested | boolean | undefined, timeout: number) => {
    const { isOpen, reply } = typeof requested === 'object' ? requested : { isOpen: requested };
    mustBeOpen(isOpen);
    if (reply) return reply;
    await condition(() => replies.has(task), timeout);
    return replies.get(task);
  };
}

/** In Temporal's UI. */
function showStatus(status: OrderStatus): void {
  if (patched('search-attributes')) upsertSearchAttributes([{ key: ORDER_STATUS, value: status }]);
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
