/** Minor units. */
export interface Money {
  amount: number;
  currency: string;
}

/** One run of an order's saga. It is charged at most once, and refunded at most once. */
export interface Attempt {
  orderId: string;
  attempt: number;
}

/** With `saga`, the saga's next step follows from the event about it. */
export interface SagaStep extends Attempt {
  saga?: 'choreography' | undefined;
}

export type RefusalReason = 'PAYMENT_DECLINED' | 'CUSTOMER_BANNED';

export type Charge = { paymentId: string; total: Money } & (
  | { status: 'SUCCEEDED'; providerId: string }
  | { status: 'REFUSED'; reason: RefusalReason }
);

export interface Refund {
  paymentId: string;
  total: Money;
  providerId: string;
  /** Why the money went back although nobody requested it. */
  reason?: RefusalReason | undefined;
}

/** What is recorded about an attempt. */
export interface AttemptRecord {
  /** A charge was begun, so the provider may have moved money. Undefined: it was never asked. */
  begun?: (Money & { at: Date }) | undefined;
  /** Since when the charge is to be undone: no other one may be begun. */
  undoRequestedAt?: Date | undefined;
  charge?: Charge | undefined;
  refund?: Refund | undefined;
}

/** `voided`: the charge was undone, or its refund came first. */
export type ChargeOutcome =
  | { outcome: 'charged'; paymentId: string }
  | { outcome: 'refused'; reason: RefusalReason }
  | { outcome: 'voided' };

/** Undefined while the attempt's charge has no outcome. */
export function outcomeOf({ charge, refund }: AttemptRecord): ChargeOutcome | undefined {
  if (!charge) return undefined;
  if (charge.status === 'REFUSED') return { outcome: 'refused', reason: charge.reason };
  if (!refund) return { outcome: 'charged', paymentId: charge.paymentId };
  return refund.reason ? { outcome: 'refused', reason: refund.reason } : { outcome: 'voided' };
}

export type NextStep =
  | { step: 'done'; outcome: ChargeOutcome }
  | { step: 'refuse' | 'undo'; reason: RefusalReason }
  | { step: 'charge' };

/** A ban can be newer than an earlier try, which may have charged and not recorded it: then the provider is asked to undo it. */
export function nextStep(record: AttemptRecord, isBanned: boolean): NextStep {
  const outcome = outcomeOf(record);
  if (outcome) return { step: 'done', outcome };
  if (isBanned) return { step: record.begun ? 'undo' : 'refuse', reason: 'CUSTOMER_BANNED' };
  return record.undoRequestedAt ? { step: 'done', outcome: { outcome: 'voided' } } : { step: 'charge' };
}

/** The provider's idempotency key: the same for every retry of an attempt, in whichever process. */
export const chargeKeyOf = ({ orderId, attempt }: Attempt): string => `${orderId}-${attempt}`;

/** The attempt of a key; undefined when the key is none of ours. */
export function attemptOf(chargeKey: string | undefined): Attempt | undefined {
  const [, orderId, attempt] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{1,9})$/.exec(chargeKey ?? '') ?? [];
  return orderId ? { orderId, attempt: Number(attempt) } : undefined;
}
