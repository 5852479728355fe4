import { ProcessOrder } from '@waybill/contracts';
import { BusinessRejection, type Handler } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Database } from '@waybill/platform';
import { OrderRepository } from '../persistence/order.repository.js';
import { Sagas } from '../workflows/sagas.js';

/**
 * Starts the saga of this attempt. Asked again, it finds it started: the workflow id is the judge. A second attempt is asked
 * for by an operator, who resubmits a failed order.
 */
@Handles(ProcessOrder, { transaction: false })
export class ProcessOrderHandler implements Handler<typeof ProcessOrder> {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly sagas: Sagas,
  ) {}

  async handle(order: ProcessOrder): Promise<void> {
    if (order.attempt > 1) await this.beginAnother(order);
    await this.sagas.start(order);
  }

  private async beginAnother({ orderId, attempt }: ProcessOrder): Promise<void> {
    const current = await this.database.transaction((tx) => this.orders.beginAttempt(tx, { orderId, attempt }));
    if (current !== attempt) {
      const where = current === undefined ? 'is not there' : `is in attempt ${current}`;
      throw new BusinessRejection(`attempt ${attempt} can not begin: order ${orderId} ${where}`);
    }
  }
}
