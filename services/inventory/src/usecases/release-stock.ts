import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';
import type { ReservationDecision } from '../persistence/reservation-decision.repository.js';
import type { StockDeps } from './reserve-stock.js';

/**
 * Releases what the attempt has reserved. Also valid before the reservation: the recorded decision then rejects a reservation
 * that arrives later. Returns what was decided before.
 */
export async function releaseStock(
  { decisions, stock }: StockDeps,
  tx: Tx,
  attempt: Attempt,
): Promise<ReservationDecision | undefined> {
  const before = await decisions.recordFirst(tx, attempt, 'released');
  if (before === 'reserved') {
    await stock.release(tx, attempt);
    await decisions.update(tx, attempt, 'released');
  }
  return before;
}
