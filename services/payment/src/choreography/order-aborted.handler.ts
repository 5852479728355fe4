import { OrderAborted, PaymentUndone } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { PaymentDeps } from '../usecases/payment-deps.js';
import { refundPayment } from '../usecases/refund-payment.js';
import { orPostpone } from './or-postpone.js';

/** Undoes step 2, also one that never happened or is still running: no charge succeeds after it. Next: inventory undoes its steps. */
@Handles(OrderAborted, { transaction: false })
export class OrderAbortedHandler implements Handler<typeof OrderAborted> {
  constructor(private readonly deps: PaymentDeps) {}

  async handle(attempt: OrderAborted, { message, outbox }: HandlerContext): Promise<void> {
    await orPostpone(message, () => refundPayment(this.deps, attempt));
    await this.deps.database.transaction((tx) => outbox.add(tx, PaymentUndone.of(attempt)));
  }
}
