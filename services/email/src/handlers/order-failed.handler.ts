import { OrderFailed, SendEmail } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { isMailable } from './is-mailable.js';

@Handles(OrderFailed)
export class OrderFailedHandler implements Handler<typeof OrderFailed> {
  async handle(order: OrderFailed, { tx, outbox, message }: HandlerContext): Promise<void> {
    if (!isMailable(message, order.failedAt)) return;
    const { orderId, attempt, email, items, total, reason } = order;
    await outbox.add(tx, SendEmail.of({ orderId, attempt, type: 'order-failed', to: email, items, total, reason }));
  }
}
