import { ShipmentDispatched } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderRepository } from '../persistence/order.repository.js';
import { orderShipped } from '../usecases/order-messages.js';

@Handles(ShipmentDispatched)
export class ShipmentDispatchedHandler implements Handler<typeof ShipmentDispatched> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(shipment: ShipmentDispatched, { tx, outbox }: HandlerContext): Promise<void> {
    const order = await this.orders.move(tx, shipment, 'SHIPPED');
    if (order) await outbox.add(tx, orderShipped(order));
  }
}
