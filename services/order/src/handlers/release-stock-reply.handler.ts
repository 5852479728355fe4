import { ReleaseStockReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReplyForwarder } from './reply-forwarder.js';

@Handles(ReleaseStockReply, { transaction: false })
export class ReleaseStockReplyHandler implements Handler<typeof ReleaseStockReply> {
  constructor(private readonly replies: ReplyForwarder) {}

  handle(reply: ReleaseStockReply, context: HandlerContext): Promise<void> {
    return this.replies.forward('ReleaseStock', reply, context);
  }
}
