import { PaymentRefunded } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(PaymentRefunded, { concurrent: true })
export class PaymentRefundedHandler implements Handler<typeof PaymentRefunded> {
  constructor(private readonly facts: OrderFactsRepository) {}

  /** What is refunded was paid before, even if that event arrives later. */
  async handle(
    { orderId, attempt, total: { amount, currency } }: PaymentRefunded,
    { tx }: HandlerContext,
  ): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'PAID', refund: { amount, currency } });
  }
}
