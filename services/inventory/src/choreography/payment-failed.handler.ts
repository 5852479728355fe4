import { isChoreographed, PaymentFailed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { UndoSteps } from './undo-steps.js';

/** Undoes step 1. Next: order fails for the payment's reason. */
@Handles(PaymentFailed, { filter: isChoreographed })
export class PaymentFailedHandler implements Handler<typeof PaymentFailed> {
  constructor(private readonly undo: UndoSteps) {}

  async handle({ orderId, attempt, reason }: PaymentFailed, { tx, outbox }: HandlerContext): Promise<void> {
    await this.undo.reservation(tx, outbox, { orderId, attempt }, reason);
  }
}
