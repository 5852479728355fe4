import { CreateShipmentReply } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';
import { forwardReply } from './forward-reply.js';

@Handles(CreateShipmentReply, { transaction: false })
export class CreateShipmentReplyHandler implements Handler<typeof CreateShipmentReply> {
  constructor(private readonly sagas: Sagas) {}

  handle(reply: CreateShipmentReply, context: HandlerContext): Promise<void> {
    return forwardReply(this.sagas, 'CreateShipment', reply, context);
  }
}
