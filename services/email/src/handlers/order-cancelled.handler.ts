import { OrderCancelled, SendEmail } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { isMailable } from './is-mailable.js';

@Handles(OrderCancelled)
export class OrderCancelledHandler implements Handler<typeof OrderCancelled> {
  async handle(order: OrderCancelled, { tx, outbox, message }: HandlerContext): Promise<void> {
    if (!isMailable(message, order.cancelledAt)) return;
    const { orderId, attempt, email, items, total } = order;
    await outbox.add(tx, SendEmail.of({ orderId, attempt, type: 'order-cancelled', to: email, items, total }));
  }
}
