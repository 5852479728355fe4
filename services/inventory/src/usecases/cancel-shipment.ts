import { BusinessRejection } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';
import type { ShipmentRepository } from '../persistence/shipment.repository.js';

/**
 * Also valid before the shipment exists: the recorded cancellation then stops its creation. Returns the id of the shipment
 * that this cancelled, if any.
 */
export async function cancelShipment(
  shipments: ShipmentRepository,
  tx: Tx,
  attempt: Attempt,
): Promise<string | undefined> {
  const { isNew, shipment } = await shipments.recordFirst(tx, attempt, 'CANCELLED');
  const { shipmentId, status } = shipment;
  if (status === 'DISPATCHED' || status === 'DELIVERED') {
    throw new BusinessRejection(`shipment ${shipmentId} is ${status}: a confirmed order only goes forward`);
  }
  if (isNew || status === 'CANCELLED') return undefined;
  await shipments.cancel(tx, shipmentId);
  return shipmentId;
}
