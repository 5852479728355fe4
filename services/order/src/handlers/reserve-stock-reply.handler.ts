import { ReserveStockReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { passOn } from './task-replied.js';

@Handles(ReserveStockReply, { transaction: false })
export class ReserveStockReplyHandler implements Handler<typeof ReserveStockReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: ReserveStockReply, context: HandlerContext): Promise<void> {
    return passOn(this.sagas, 'ReserveStock', reply, context);
  }
}
