import { OrderConfirmed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(OrderConfirmed, { concurrent: true })
export class OrderConfirmedHandler implements Handler<typeof OrderConfirmed> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt, total, items, confirmedAt }: OrderConfirmed, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, {
      orderId,
      attempt,
      status: 'CONFIRMED',
      total,
      sold: items,
      reached: ['confirmed_at', confirmedAt],
    });
  }
}
