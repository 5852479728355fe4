import { CreateShipment, ShipmentCreated } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ShipmentRepository } from '../persistence/shipment.repository.js';

/** One shipment per attempt, however often the task arrives; none when the cancellation came first. */
@Handles(CreateShipment)
export class CreateShipmentHandler implements Handler<typeof CreateShipment> {
  constructor(private readonly shipments: ShipmentRepository) {}

  async handle(attempt: CreateShipment, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const { isNew, shipment } = await this.shipments.recordFirst(tx, attempt, 'CREATED');
    const { shipmentId, status } = shipment;
    if (status === 'CANCELLED') return reply({ ...attempt, outcome: 'cancelled' });

    if (isNew) await outbox.add(tx, ShipmentCreated.of({ ...attempt, shipmentId }));
    await reply({ ...attempt, outcome: 'created', shipmentId });
  }
}
