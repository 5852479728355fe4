import { OrderDelivered } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(OrderDelivered, { concurrent: true })
export class OrderDeliveredHandler implements Handler<typeof OrderDelivered> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt, deliveredAt }: OrderDelivered, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'DELIVERED', reached: ['delivered_at', deliveredAt] });
  }
}
