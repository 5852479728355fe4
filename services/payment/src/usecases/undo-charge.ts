import {
  type AttemptRecord,
  type ChargeOutcome,
  chargeKeyOf,
  outcomeOf,
  type RefusalReason,
  type SagaStep,
} from '../domain/payment.js';
import type { ProviderRefund } from '../provider/payment-provider.js';
import type { PaymentDeps } from './payment-deps.js';
import { paymentCharged, paymentFailed, paymentRefunded } from './payment-messages.js';

/**
 * Undoes a charge, in three steps that may each be the last one of this process: no charge begins any more; the provider
 * refunds or voids it; its answer is recorded. Resolves with the charge's outcome, or undefined if there was none.
 *
 * `reason`: why, when the saga did not request it. It is published as the reason that the payment failed.
 */
export async function undoCharge(
  { database, payments, provider, outbox }: PaymentDeps,
  attempt: SagaStep,
  reason?: RefusalReason,
): Promise<ChargeOutcome | undefined> {
  const { orderId } = attempt;
  const before = await database.transaction(async (tx) => {
    const record = await payments.lock(tx, attempt);
    if (!record.undoRequestedAt) await payments.requestUndo(tx, attempt);
    return record;
  });
  if (before.refund) return outcomeOf(before);

  const response = await provider.refund({ key: chargeKeyOf(attempt), orderId, begun: before.begun });
  if (response.outcome === 'voided') return outcomeOf(before);
  return database.transaction(async (tx) => {
    const record = await payments.lock(tx, attempt);
    if (record.refund) return outcomeOf(record); // by a concurrent try
    const events = await recordRefund(record, response);
    await outbox.add(tx, ...events);
    return outcomeOf(await payments.lock(tx, attempt));

    /** A charge whose answer never reached us is recorded first, so that the facts have the order in which they happened. */
    async function recordRefund({ charge }: AttemptRecord, { chargeId, id, amount, currency }: Refunded) {
      const total = { amount, currency };
      const unrecorded = !charge && { status: 'SUCCEEDED' as const, providerId: chargeId };
      const charged = unrecorded && (await payments.insertCharge(tx, attempt, total, unrecorded));
      const refund = await payments.insertRefund(tx, attempt, total, { providerId: id, reason });
      return [
        // No step follows from it: its refund is recorded in the same transaction.
        ...(charged ? [paymentCharged({ ...attempt, saga: undefined }, charged.paymentId, total)] : []),
        paymentRefunded(attempt, refund.paymentId, total),
        ...(reason ? [paymentFailed(attempt, refund.paymentId, total, reason)] : []),
      ];
    }
  });
}

type Refunded = Extract<ProviderRefund, { outcome: 'refunded' }>;
