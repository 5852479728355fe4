import type { Tx } from '@waybill/outbox';
import type { OrderState, OrderStatus } from '../domain/order.js';

/** A state with its place in the order's history; later ones have higher numbers. */
export interface NumberedState extends OrderState {
  orderId: string;
  seq: number;
}

/** Where somebody has read up to: states with a higher number are news. */
export interface Position {
  orderId: string;
  after: number;
}

/** What came after each of these positions, in order; one query for all who wait. */
export async function statesAfter(db: Tx, positions: readonly Position[]): Promise<NumberedState[]> {
  const { rows } = await db.query<HistoryRow>(
    `SELECT DISTINCT h.seq, h.order_id, h.status, h.reason, h.at
     FROM unnest($1::uuid[], $2::bigint[]) AS waiting (order_id, after)
     JOIN order_history h ON h.order_id = waiting.order_id AND h.seq > waiting.after
     ORDER BY h.seq`,
    [positions.map(({ orderId }) => orderId), positions.map(({ after }) => after)],
  );
  return rows.map(toState);
}

interface HistoryRow {
  seq: string;
  order_id: string;
  status: OrderStatus;
  reason: string | null;
  at: Date;
}

function toState({ seq, order_id, status, reason, at }: HistoryRow): NumberedState {
  return { orderId: order_id, seq: Number(seq), status, at, ...(reason && { reason }) };
}
