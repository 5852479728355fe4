import { OrderFailed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(OrderFailed, { concurrent: true })
export class OrderFailedHandler implements Handler<typeof OrderFailed> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt, total, failedAt }: OrderFailed, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'FAILED', total, reached: ['failed_at', failedAt] });
  }
}
