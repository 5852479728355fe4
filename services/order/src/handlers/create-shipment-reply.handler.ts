import { CreateShipmentReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReplyForwarder } from './reply-forwarder.js';

@Handles(CreateShipmentReply, { transaction: false })
export class CreateShipmentReplyHandler implements Handler<typeof CreateShipmentReply> {
  constructor(private readonly replies: ReplyForwarder) {}

  handle(reply: CreateShipmentReply, context: HandlerContext): Promise<void> {
    return this.replies.forward('CreateShipment', reply, context);
  }
}
