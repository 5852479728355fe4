import { CancelShipment, ShipmentCancelled } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { BusinessRejection } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ShipmentRepository } from '../persistence/shipment.repository.js';

/** Also valid before the shipment exists: the recorded cancellation then stops its creation. */
@Handles(CancelShipment)
export class CancelShipmentHandler implements Handler<typeof CancelShipment> {
  constructor(private readonly shipments: ShipmentRepository) {}

  async handle(attempt: CancelShipment, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const { isNew, shipment } = await this.shipments.recordFirst(tx, attempt, 'CANCELLED');
    const { shipmentId, status } = shipment;
    if (status === 'DISPATCHED' || status === 'DELIVERED') {
      throw new BusinessRejection(`shipment ${shipmentId} is ${status}: a confirmed order only goes forward`);
    }
    if (!isNew && status === 'CREATED') {
      await this.shipments.cancel(tx, shipmentId);
      await outbox.add(tx, ShipmentCancelled.of({ ...attempt, shipmentId }));
    }
    await reply(attempt);
  }
}
