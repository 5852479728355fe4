import { ProcessOrder } from '@waybill/contracts';
import { BusinessRejection, type Handler } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Database } from '@waybill/platform';
import { OrderRepository } from '../persistence/order.repository.js';
import { Sagas } from '../workflows/sagas.js';

/**
 * Starts the saga of this attempt, once: a repeated task finds its workflow id taken. A later attempt begins when an
 * operator resubmits a failed order.
 */
@Handles(ProcessOrder, { transaction: false })
export class ProcessOrderHandler implements Handler<typeof ProcessOrder> {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly sagas: Sagas,
  ) {}

  async handle(order: ProcessOrder): Promise<void> {
    if (order.attempt > 1) await this.beginAttempt(order);
    await this.sagas.start(order);
  }

  private async beginAttempt({ orderId, attempt }: ProcessOrder): Promise<void> {
    const current = await this.database.transaction((tx) => this.orders.beginAttempt(tx, { orderId, attempt }));
    if (current !== attempt) {
      const reason = current === undefined ? 'does not exist' : `is in attempt ${current}`;
      throw new BusinessRejection(`attempt ${attempt} cannot begin: order ${orderId} ${reason}`);
    }
  }
}
