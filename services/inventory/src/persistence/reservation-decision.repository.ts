import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';

export type ReservationDecision = 'reserved' | 'out-of-stock' | 'released';

/** One decision on stock per attempt (table `claims`): the first one recorded holds. */
export class ReservationDecisionRepository {
  /**
   * Records `decision` and returns undefined, or returns the decision recorded before. Either way the row stays locked
   * until the transaction ends, so that a reservation and its release cannot overlap.
   */
  async recordFirst(
    tx: Tx,
    { orderId, attempt }: Attempt,
    decision: ReservationDecision,
  ): Promise<ReservationDecision | undefined> {
    const { rowCount } = await tx.query(
      'INSERT INTO claims (order_id, attempt, outcome) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [orderId, attempt, decision],
    );
    if (rowCount) return undefined;
    const { rows } = await tx.query<{ outcome: ReservationDecision }>(
      'SELECT outcome FROM claims WHERE order_id = $1 AND attempt = $2 FOR UPDATE',
      [orderId, attempt],
    );
    return rows[0]!.outcome;
  }

  async update(tx: Tx, { orderId, attempt }: Attempt, decision: ReservationDecision): Promise<void> {
    await tx.query('UPDATE claims SET outcome = $3 WHERE order_id = $1 AND attempt = $2', [orderId, attempt, decision]);
  }
}
