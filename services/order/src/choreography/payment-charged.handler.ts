import { isChoreographed, PaymentCharged } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderRepository } from '../persistence/order.repository.js';

/** After step 2. Inventory takes step 3. */
@Handles(PaymentCharged, { filter: isChoreographed })
export class PaymentChargedHandler implements Handler<typeof PaymentCharged> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(attempt: PaymentCharged, { tx }: HandlerContext): Promise<void> {
    await this.orders.move(tx, attempt, 'PAID');
  }
}
