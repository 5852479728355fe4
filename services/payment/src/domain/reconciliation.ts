import type { Attempt, AttemptRecord, Money } from './payment.js';

/** An entry of the provider's ledger. */
export interface Moved extends Money {
  id: string;
  type: 'charge' | 'refund';
}

/** Repaired: our record lacks what happened at the provider, or an undo that we began is not finished. */
export type Repairable = 'charge-not-recorded' | 'refund-not-recorded' | 'undo-not-finished';

/** For a person: nothing here says which side is right, or whose money it is. */
export type ForReview =
  | 'not-ours'
  | 'charge-nobody-began'
  | 'refund-nobody-requested'
  | 'refused-but-charged'
  | 'moved-twice'
  | 'amount-differs'
  | 'not-in-ledger';

export const REPAIRABLE: readonly Repairable[] = ['charge-not-recorded', 'refund-not-recorded', 'undo-not-finished'];
export const FOR_REVIEW: readonly ForReview[] = [
  'not-ours',
  'charge-nobody-began',
  'refund-nobody-requested',
  'refused-but-charged',
  'moved-twice',
  'amount-differs',
  'not-in-ledger',
];

export interface Finding {
  kind: Repairable | ForReview;
  repaired: boolean;
  /** Why the repair failed; it is tried again at the next reconciliation. */
  problem?: string | undefined;
  /** Undefined: of an order that is not ours. */
  attempt?: Attempt | undefined;
  type: 'charge' | 'refund';
  /** The provider's id of it. */
  providerId: string;
}

/**
 * Compares an entry with what is recorded about its attempt. Undefined: they agree.
 *
 * A repair is safe while the saga runs and after it has ended. To record what happened is true in either case, and a later try
 * of the saga finds it. An undo is finished only where it was requested, so where the saga wants it or did before it ended.
 * Anything else would guess what the order became.
 */
export function compare(entry: Moved, record: AttemptRecord | undefined, until: Date): Finding['kind'] | undefined {
  if (entry.type === 'refund') return compareRefund(entry, record);
  const { begun, charge, refund, undoRequestedAt } = record ?? {};
  if (!charge) return begun ? 'charge-not-recorded' : 'charge-nobody-began';
  if (charge.status === 'REFUSED') return 'refused-but-charged';
  if (charge.providerId !== entry.id) return 'moved-twice';
  if (!isSame(charge.total, entry)) return 'amount-differs';
  return undoRequestedAt && undoRequestedAt < until && !refund ? 'undo-not-finished' : undefined;
}

function compareRefund(entry: Moved, { refund, undoRequestedAt }: AttemptRecord = {}): Finding['kind'] | undefined {
  if (!refund) return undoRequestedAt ? 'refund-not-recorded' : 'refund-nobody-requested';
  if (refund.providerId !== entry.id) return 'moved-twice';
  return isSame(refund.total, entry) ? undefined : 'amount-differs';
}

const isSame = (a: Money, b: Money) => a.amount === b.amount && a.currency === b.currency;

export const isRepairable = (kind: Finding['kind']): kind is Repairable =>
  (REPAIRABLE as readonly string[]).includes(kind);
