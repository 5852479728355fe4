import { OrderConfirmed, SendEmail } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { isMailable } from './is-mailable.js';

@Handles(OrderConfirmed)
export class OrderConfirmedHandler implements Handler<typeof OrderConfirmed> {
  async handle(order: OrderConfirmed, { tx, outbox, message }: HandlerContext): Promise<void> {
    if (!isMailable(message, order.confirmedAt)) return;
    const { orderId, attempt, email, items, total } = order;
    await outbox.add(tx, SendEmail.of({ orderId, attempt, type: 'order-confirmed', to: email, items, total }));
  }
}
