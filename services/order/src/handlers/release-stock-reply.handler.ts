import { ReleaseStockReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { forwardReply } from './forward-reply.js';

@Handles(ReleaseStockReply, { transaction: false })
export class ReleaseStockReplyHandler implements Handler<typeof ReleaseStockReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: ReleaseStockReply, context: HandlerContext): Promise<void> {
    return forwardReply(this.sagas, 'ReleaseStock', reply, context);
  }
}
