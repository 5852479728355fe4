import { CancelShipment, ShipmentCancelled } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ShipmentRepository } from '../persistence/shipment.repository.js';
import { cancelShipment } from '../usecases/cancel-shipment.js';

@Handles(CancelShipment)
export class CancelShipmentHandler implements Handler<typeof CancelShipment> {
  constructor(private readonly shipments: ShipmentRepository) {}

  async handle(attempt: CancelShipment, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const shipmentId = await cancelShipment(this.shipments, tx, attempt);
    if (shipmentId) await outbox.add(tx, ShipmentCancelled.of({ ...attempt, shipmentId }));
    await reply(attempt);
  }
}
