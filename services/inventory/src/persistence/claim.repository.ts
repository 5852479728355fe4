import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';

export type ClaimOutcome = 'reserved' | 'out-of-stock' | 'released';

/** What became of each attempt's claim on stock. Whoever comes first for an attempt decides; the others see it. */
export class ClaimRepository {
  /**
   * Notes `outcome` when nobody has decided for this attempt before, and returns undefined; otherwise returns what was
   * decided. Either way the claim is locked until the transaction ends.
   */
  async decideFirst(tx: Tx, { orderId, attempt }: Attempt, outcome: ClaimOutcome): Promise<ClaimOutcome | undefined> {
    const { rowCount } = await tx.query(
      'INSERT INTO claims (order_id, attempt, outcome) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [orderId, attempt, outcome],
    );
    if (rowCount) return undefined;
    const { rows } = await tx.query<{ outcome: ClaimOutcome }>(
      'SELECT outcome FROM claims WHERE order_id = $1 AND attempt = $2 FOR UPDATE',
      [orderId, attempt],
    );
    return rows[0]!.outcome;
  }

  async change(tx: Tx, { orderId, attempt }: Attempt, outcome: ClaimOutcome): Promise<void> {
    await tx.query('UPDATE claims SET outcome = $3 WHERE order_id = $1 AND attempt = $2', [orderId, attempt, outcome]);
  }
}
