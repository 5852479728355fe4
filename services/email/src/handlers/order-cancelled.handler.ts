import { OrderCancelled, SendEmail } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { isRecent } from '../domain/mail.js';

@Handles(OrderCancelled)
export class OrderCancelledHandler implements Handler<typeof OrderCancelled> {
  async handle(order: OrderCancelled, { tx, outbox }: HandlerContext): Promise<void> {
    if (!isRecent(order.cancelledAt, Date.now())) return;
    const { orderId, attempt, email, items, total } = order;
    await outbox.add(tx, SendEmail.of({ orderId, attempt, type: 'order-cancelled', to: email, items, total }));
  }
}
