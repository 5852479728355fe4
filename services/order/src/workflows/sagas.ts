import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { PAYMENTS_TASK_QUEUE, type ProcessOrder } from '@waybill/contracts';
import { sagaId } from '../domain/order.js';
import type { Deadlines, fulfilOrder, TaskReply } from './fulfil-order.workflow.js';

export const ORDERS_TASK_QUEUE = 'orders';

/** The door to the running sagas. */
export class Sagas {
  constructor(
    private readonly client: Client,
    private readonly deadlines: Deadlines,
  ) {}

  /** One saga an attempt, ever: started again, nothing happens. */
  async start(order: ProcessOrder): Promise<void> {
    try {
      await this.client.workflow.start<typeof fulfilOrder>('fulfilOrder', {
        workflowId: sagaId(order),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: ORDERS_TASK_QUEUE,
        args: [{ order, deadlines: this.deadlines, paymentsTaskQueue: PAYMENTS_TASK_QUEUE }],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** Passes a reply on. False when there is nobody to take it: the saga is over or never was. */
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
