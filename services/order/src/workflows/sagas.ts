import {
  type Client,
  WorkflowClient,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { WorkflowIdReusePolicy } from '@temporalio/common';
import { PAYMENTS_TASK_QUEUE } from '@waybill/contracts';
import { seal } from '@waybill/platform';
import { type TemporalWorker, tracedStarts } from '@waybill/platform/temporal';
import type { Deadlines } from '../domain/deadlines.js';
import { type Order, sagaId } from '../domain/order.js';
import type { SagaStarter } from '../usecases/saga-starter.js';
import type { TaskReply } from './fulfil-order.activities.js';
import type { fulfilOrder, OrderToFulfil } from './fulfil-order.workflow.js';
import { registerSearchAttributes } from './register-search-attributes.js';
import { CUSTOMER_ID, ORDER_STATUS } from './search-attributes.js';

export const ORDERS_TASK_QUEUE = 'orders';

/**
 * How long a crashed worker keeps its workflow tasks. A task waits a moment for each reply, and on an overloaded machine a
 * shorter timeout would repeat the same work over and over.
 */
const WORKFLOW_TASK_TIMEOUT = '10s';

/** Starts sagas and forwards replies to them. */
export class Sagas implements SagaStarter {
  private registration: Promise<void> | undefined;

  constructor(
    private readonly client: Client,
    private readonly worker: Pick<TemporalWorker, 'connection'>,
    private readonly deadlines: Deadlines,
    private readonly paymentTokenKey: string,
  ) {}

  /** Sagas need the search attributes that they show themselves by. */
  async prepare(): Promise<void> {
    this.registration ??= registerSearchAttributes(this.client);
    try {
      await this.registration;
    } catch (error) {
      this.registration = undefined;
      throw error;
    }
  }

  /** One saga per attempt, ever: starting it again changes nothing. */
  async start(order: Order): Promise<void> {
    await this.begin(order, 'REJECT_DUPLICATE');
  }

  /** Starts another saga for an attempt whose saga was terminated or is gone. False when there is one, or it has completed. */
  restart(order: Order): Promise<boolean> {
    return this.begin(order, 'ALLOW_DUPLICATE_FAILED_ONLY');
  }

  /** The ids of the sagas that run. */
  async running(): Promise<Set<string>> {
    const ids = new Set<string>();
    const query = "WorkflowType = 'fulfilOrder' AND ExecutionStatus = 'Running'";
    for await (const { workflowId } of this.client.workflow.list({ query, pageSize: 1_000 })) ids.add(workflowId);
    return ids;
  }

  private async begin(order: Order, workflowIdReusePolicy: WorkflowIdReusePolicy): Promise<boolean> {
    const { deadlines } = this;
    const isRestarted = workflowIdReusePolicy !== 'REJECT_DUPLICATE';
    await this.prepare();
    try {
      await this.startWith({
        workflowId: sagaId(order),
        workflowIdReusePolicy,
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        staticSummary: summaryOf(order),
        typedSearchAttributes: [
          { key: CUSTOMER_ID, value: order.customerId },
          { key: ORDER_STATUS, value: order.status },
        ],
        taskQueue: ORDERS_TASK_QUEUE,
        args: [{ order: this.inputOf(order), deadlines, paymentsTaskQueue: PAYMENTS_TASK_QUEUE, isRestarted }],
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /** Over the worker's connection the first workflow task comes with the response; while it has none, over our own. */
  private async startWith(options: WorkflowStartOptions<typeof fulfilOrder>): Promise<void> {
    const { connection } = this.worker;
    if (connection) {
      const ofWorker = new WorkflowClient({
        connection,
        namespace: this.client.options.namespace,
        interceptors: [tracedStarts],
      });
      try {
        await ofWorker.start('fulfilOrder', { ...options, requestEagerStart: true });
        return;
      } catch (error) {
        if (connection === this.worker.connection) throw error;
        // It was closed meanwhile. If the saga did start, the next try finds its id taken.
      }
    }
    await this.client.workflow.start('fulfilOrder', options);
  }

  /** What the saga needs, and nothing that Temporal must not store. */
  private inputOf({ orderId, attempt, customerId, items, total, paymentToken }: Order): OrderToFulfil {
    return {
      orderId,
      attempt,
      customerId,
      items: items.map(({ sku, quantity }) => ({ sku, quantity })),
      total,
      paymentToken: seal(paymentToken, this.paymentTokenKey, orderId),
    };
  }

  /** Ends the saga's wait for a reply or a payment. Does nothing when it has ended or was not started yet: the row decides. */
  async cancel(sagaId: string): Promise<void> {
    try {
      await this.client.workflow.getHandle(sagaId).cancel();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** Forwards a reply. False when no saga waits for it: it has ended, or never existed. */
  async reply(sagaId: string, reply: TaskReply): Promise<boolean> {
    try {
      await this.client.workflow.getHandle(sagaId).signal('taskReplied', reply);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}

/** One line in Temporal's UI: `2 items, EUR 45.00`. */
function summaryOf({ items, total }: Order): string {
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const money = new Intl.NumberFormat('en', { style: 'currency', currency: total.currency, currencyDisplay: 'code' });
  const { maximumFractionDigits: digits = 0 } = money.resolvedOptions();
  return `${units} ${units === 1 ? 'item' : 'items'}, ${money.format(total.amount / 10 ** digits)}`;
}
