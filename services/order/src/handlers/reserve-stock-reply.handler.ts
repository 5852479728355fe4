import { ReserveStockReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReplyForwarder } from './reply-forwarder.js';

@Handles(ReserveStockReply, { transaction: false })
export class ReserveStockReplyHandler implements Handler<typeof ReserveStockReply> {
  constructor(private readonly replies: ReplyForwarder) {}

  handle(reply: ReserveStockReply, context: HandlerContext): Promise<void> {
    return this.replies.forward('ReserveStock', reply, context);
  }
}
