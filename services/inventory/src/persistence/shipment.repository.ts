import type { Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import type { Attempt } from '../domain/attempt.js';

export type ShipmentStatus = 'CREATED' | 'CANCELLED' | 'DISPATCHED' | 'DELIVERED';

export interface Shipment extends Attempt {
  shipmentId: string;
  status: ShipmentStatus;
  /** W3C Trace Context of the order's confirmation: the carrier's events belong to it. */
  traceparent?: string | undefined;
}

/** Shipments, one per attempt. */
export class ShipmentRepository {
  /** Creates a shipment with this status unless the attempt has one. Returns its shipment, locked, and whether it is new. */
  async recordFirst(tx: Tx, { orderId, attempt }: Attempt, status: 'CREATED' | 'CANCELLED') {
    const inserted = await tx.query<ShipmentRow>(
      `INSERT INTO shipments (shipment_id, order_id, attempt, status) VALUES ($1, $2, $3, $4)
       ON CONFLICT (order_id, attempt) DO NOTHING RETURNING *`,
      [uuidv7(), orderId, attempt, status],
    );
    if (inserted.rows[0]) return { isNew: true, shipment: toShipment(inserted.rows[0]) };
    const { rows } = await tx.query<ShipmentRow>(
      'SELECT * FROM shipments WHERE order_id = $1 AND attempt = $2 FOR UPDATE',
      [orderId, attempt],
    );
    return { isNew: false, shipment: toShipment(rows[0]!) };
  }

  async cancel(tx: Tx, shipmentId: string): Promise<void> {
    await tx.query(`UPDATE shipments SET status = 'CANCELLED' WHERE shipment_id = $1`, [shipmentId]);
  }

  /** Schedules the carrier's pick-up of a confirmed order, `after` milliseconds from now. */
  async scheduleDispatch(tx: Tx, { orderId, attempt }: Attempt, after: number, traceparent?: string): Promise<void> {
    await tx.query(
      `UPDATE shipments SET dispatch_due = now() + $3 * interval '1 ms', traceparent = $4
       WHERE order_id = $1 AND attempt = $2 AND status = 'CREATED' AND dispatch_due IS NULL`,
      [orderId, attempt, after, traceparent ?? null],
    );
  }

  /** Marks up to `limit` due shipments as dispatched, to be delivered `deliverAfter` milliseconds later. */
  async dispatchDue(tx: Tx, limit: number, deliverAfter: number): Promise<Shipment[]> {
    const { rows } = await tx.query<ShipmentRow>(
      `UPDATE shipments SET status = 'DISPATCHED', dispatched_at = now(), delivery_due = now() + $2 * interval '1 ms'
       WHERE shipment_id IN (
         SELECT shipment_id FROM shipments WHERE status = 'CREATED' AND dispatch_due <= now()
         ORDER BY dispatch_due LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [limit, deliverAfter],
    );
    return rows.map(toShipment);
  }

  /** Marks up to `limit` due shipments as delivered. */
  async deliverDue(tx: Tx, limit: number): Promise<Shipment[]> {
    const { rows } = await tx.query<ShipmentRow>(
      `UPDATE shipments SET status = 'DELIVERED', delivered_at = now()
       WHERE shipment_id IN (
         SELECT shipment_id FROM shipments WHERE status = 'DISPATCHED' AND delivery_due <= now()
         ORDER BY delivery_due LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [limit],
    );
    return rows.map(toShipment);
  }
}

interface ShipmentRow {
  shipment_id: string;
  order_id: string;
  attempt: number;
  status: ShipmentStatus;
  traceparent: string | null;
}

function toShipment({ shipment_id, order_id, attempt, status, traceparent }: ShipmentRow): Shipment {
  return { shipmentId: shipment_id, orderId: order_id, attempt, status, traceparent: traceparent ?? undefined };
}
