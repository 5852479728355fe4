import { CancelShipmentReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { forwardReply } from './forward-reply.js';

@Handles(CancelShipmentReply, { transaction: false })
export class CancelShipmentReplyHandler implements Handler<typeof CancelShipmentReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: CancelShipmentReply, context: HandlerContext): Promise<void> {
    return forwardReply(this.sagas, 'CancelShipment', reply, context);
  }
}
