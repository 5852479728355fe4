import { CancelShipmentReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReplyForwarder } from './reply-forwarder.js';

@Handles(CancelShipmentReply, { transaction: false })
export class CancelShipmentReplyHandler implements Handler<typeof CancelShipmentReply> {
  constructor(private readonly replies: ReplyForwarder) {}

  handle(reply: CancelShipmentReply, context: HandlerContext): Promise<void> {
    return this.replies.forward('CancelShipment', reply, context);
  }
}
