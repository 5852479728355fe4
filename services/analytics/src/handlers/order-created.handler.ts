import { OrderCreated } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(OrderCreated, { concurrent: true })
export class OrderCreatedHandler implements Handler<typeof OrderCreated> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt, total, createdAt }: OrderCreated, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'PENDING', total, reached: ['created_at', createdAt] });
  }
}
