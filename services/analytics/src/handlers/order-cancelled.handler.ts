import { OrderCancelled } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(OrderCancelled, { concurrent: true })
export class OrderCancelledHandler implements Handler<typeof OrderCancelled> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt, total, cancelledAt }: OrderCancelled, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, {
      orderId,
      attempt,
      status: 'CANCELLED',
      total,
      reached: ['cancelled_at', cancelledAt],
    });
  }
}
