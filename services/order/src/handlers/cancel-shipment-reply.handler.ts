import { CancelShipmentReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { passOn } from './task-replied.js';

@Handles(CancelShipmentReply, { transaction: false })
export class CancelShipmentReplyHandler implements Handler<typeof CancelShipmentReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: CancelShipmentReply, context: HandlerContext): Promise<void> {
    return passOn(this.sagas, 'CancelShipment', reply, context);
  }
}
