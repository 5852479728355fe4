import { ReserveStockReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { forwardReply } from './forward-reply.js';

@Handles(ReserveStockReply, { transaction: false })
export class ReserveStockReplyHandler implements Handler<typeof ReserveStockReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: ReserveStockReply, context: HandlerContext): Promise<void> {
    return forwardReply(this.sagas, 'ReserveStock', reply, context);
  }
}
