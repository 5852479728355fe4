import { PaymentUndone } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { UndoSteps } from './undo-steps.js';

/** Undoes steps 3 and 1 of an aborted attempt. Next: order fails or is cancelled, as was decided. */
@Handles(PaymentUndone)
export class PaymentUndoneHandler implements Handler<typeof PaymentUndone> {
  constructor(private readonly undo: UndoSteps) {}

  async handle(attempt: PaymentUndone, { tx, outbox }: HandlerContext): Promise<void> {
    await this.undo.shipment(tx, outbox, attempt);
    await this.undo.reservation(tx, outbox, attempt);
  }
}
