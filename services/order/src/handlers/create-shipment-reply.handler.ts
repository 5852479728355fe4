import { CreateShipmentReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { passOn } from './task-replied.js';

@Handles(CreateShipmentReply, { transaction: false })
export class CreateShipmentReplyHandler implements Handler<typeof CreateShipmentReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: CreateShipmentReply, context: HandlerContext): Promise<void> {
    return passOn(this.sagas, 'CreateShipment', reply, context);
  }
}
