import { PaymentCharged } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(PaymentCharged, { concurrent: true })
export class PaymentChargedHandler implements Handler<typeof PaymentCharged> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt }: PaymentCharged, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'PAID' });
  }
}
