import { isChoreographed, ShipmentCreated } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderRepository } from '../persistence/order.repository.js';
import { confirmOrder } from '../usecases/end-order.js';

/** After step 3: the order is confirmed, unless it was aborted. Then it ends when its steps are undone. */
@Handles(ShipmentCreated, { filter: isChoreographed })
export class ShipmentCreatedHandler implements Handler<typeof ShipmentCreated> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(attempt: ShipmentCreated, { tx, outbox }: HandlerContext): Promise<void> {
    await confirmOrder({ orders: this.orders, outbox }, tx, attempt);
  }
}
