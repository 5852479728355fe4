import type { Tx } from '@waybill/outbox';
import type { OrderState, OrderStatus } from '../domain/order.js';

/** A state with its sequence number, which increases with time. */
export interface NumberedState extends OrderState {
  orderId: string;
  seq: number;
}

/** The last sequence number that a reader has seen. */
export interface Position {
  orderId: string;
  after: number;
}

/** The states after each of these positions, in order, in one query for all readers. */
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
