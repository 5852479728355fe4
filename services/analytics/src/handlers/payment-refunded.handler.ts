import { PaymentRefunded } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(PaymentRefunded)
export class PaymentRefundedHandler implements Handler<typeof PaymentRefunded> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, total }: PaymentRefunded, { tx }: HandlerContext): Promise<void> {
    await this.facts.addRefund(tx, orderId, total.amount);
  }
}
