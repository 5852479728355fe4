import { ShipmentDelivered } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderRepository } from '../persistence/order.repository.js';
import { orderDelivered } from '../usecases/order-messages.js';
import { countDelivered } from '../usecases/order-metrics.js';

@Handles(ShipmentDelivered)
export class ShipmentDeliveredHandler implements Handler<typeof ShipmentDelivered> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(shipment: ShipmentDelivered, { tx, outbox }: HandlerContext): Promise<void> {
    const order = await this.orders.move(tx, shipment, 'DELIVERED');
    if (!order) return;
    await outbox.add(tx, orderDelivered(order));
    countDelivered(order);
  }
}
