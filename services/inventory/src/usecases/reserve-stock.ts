import { type Charge, InventoryRejected, InventoryReserved } from '@waybill/contracts';
import type { OutgoingMessage } from '@waybill/messaging/contract';
import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';
import { type Decision, type Item, reserve } from '../domain/reservation.js';
import type {
  ReservationDecision,
  ReservationDecisionRepository,
} from '../persistence/reservation-decision.repository.js';
import type { StockRepository } from '../persistence/stock.repository.js';

export interface StockDeps {
  decisions: ReservationDecisionRepository;
  stock: StockRepository;
}

/** Idempotent per attempt: repeated, it reserves nothing more and returns `before`; after a release it reserves nothing. */
export async function reserveStock(
  { decisions, stock }: StockDeps,
  tx: Tx,
  attempt: Attempt,
  items: readonly Item[],
): Promise<Decision | { before: ReservationDecision }> {
  const before = await decisions.recordFirst(tx, attempt, 'reserved');
  if (before) return { before };

  const shelf = await stock.lockShelf(
    tx,
    items.map(({ sku }) => sku),
  );
  const decision = reserve(shelf, items);
  if (decision.outcome === 'reserved') await stock.reserve(tx, attempt, items);
  else await decisions.update(tx, attempt, 'out-of-stock');
  return decision;
}

/** `charge`: of a choreographed saga, to be charged once the stock is reserved. */
export function reservationEvent(
  attempt: Attempt,
  items: Item[],
  decision: Decision,
  charge?: Charge,
): OutgoingMessage {
  const step = { ...attempt, ...(charge && { saga: 'choreography' as const }) };
  return decision.outcome === 'reserved'
    ? InventoryReserved.of({ ...step, items, ...(charge && { charge }) })
    : InventoryRejected.of({ ...step, shortages: decision.shortages });
}
