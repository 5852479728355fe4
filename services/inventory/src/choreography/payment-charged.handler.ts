import { isChoreographed, PaymentCharged, ShipmentCreated } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ShipmentRepository } from '../persistence/shipment.repository.js';

/** Step 3: creates the shipment, unless it was cancelled before. Next: order is confirmed. */
@Handles(PaymentCharged, { filter: isChoreographed })
export class PaymentChargedHandler implements Handler<typeof PaymentCharged> {
  constructor(private readonly shipments: ShipmentRepository) {}

  async handle({ orderId, attempt, saga }: PaymentCharged, { tx, outbox }: HandlerContext): Promise<void> {
    const { isNew, shipment } = await this.shipments.recordFirst(tx, { orderId, attempt }, 'CREATED');
    const { shipmentId } = shipment;
    if (isNew) await outbox.add(tx, ShipmentCreated.of({ orderId, attempt, saga, shipmentId }));
  }
}
