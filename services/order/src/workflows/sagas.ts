import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { PAYMENTS_TASK_QUEUE, type ProcessOrder } from '@waybill/contracts';
import { sagaId } from '../domain/order.js';
import type { Deadlines, fulfilOrder, TaskReply } from './fulfil-order.workflow.js';

export const ORDERS_TASK_QUEUE = 'orders';

/**
 * How long a crashed worker keeps its workflow tasks. A task takes milliseconds, but on an overloaded machine a shorter
 * timeout would repeat the same work over and over.
 */
const WORKFLOW_TASK_TIMEOUT = '5s';

/** Starts sagas and forwards replies to them. */
export class Sagas {
  constructor(
    private readonly client: Client,
    private readonly deadlines: Deadlines,
  ) {}

  /** One saga per attempt, ever: starting it again changes nothing. */
  async start(order: ProcessOrder): Promise<void> {
    try {
      await this.client.workflow.start<typeof fulfilOrder>('fulfilOrder', {
        workflowId: sagaId(order),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        taskQueue: ORDERS_TASK_QUEUE,
        args: [{ order, deadlines: this.deadlines, paymentsTaskQueue: PAYMENTS_TASK_QUEUE }],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
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
