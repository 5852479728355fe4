import { OrderShipped } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(OrderShipped, { concurrent: true })
export class OrderShippedHandler implements Handler<typeof OrderShipped> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt, shippedAt }: OrderShipped, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'SHIPPED', reached: ['shipped_at', shippedAt] });
  }
}
