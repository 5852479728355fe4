import { DiscardOrder } from '@waybill/contracts';
import { type Handler, MessageOutbox } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Database } from '@waybill/platform';
import { OrderRepository } from '../persistence/order.repository.js';
import { cancelOrder } from '../usecases/cancel-order.js';
import { SagaStarter } from '../usecases/saga-starter.js';

/** Its saga begins, if it has not begun, only to end: it undoes whatever was done, and tells the customer. */
@Handles(DiscardOrder, { transaction: false })
export class DiscardOrderHandler implements Handler<typeof DiscardOrder> {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly outbox: MessageOutbox,
    private readonly sagas: SagaStarter,
  ) {}

  async handle({ orderId, attempt }: DiscardOrder): Promise<void> {
    const { database, orders, outbox } = this;
    const order = await orders.find(database.autocommit, orderId);
    if (order?.attempt !== attempt) return;
    const decided = await database.transaction((tx) => cancelOrder({ orders, outbox }, tx, orderId));
    if (decided?.outcome === 'CANCELLED') await this.sagas.start(decided.order);
  }
}
