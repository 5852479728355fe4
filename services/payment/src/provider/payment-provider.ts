import type { Money } from '../domain/payment.js';

/** What the provider is told about a charge, each time it is asked about it. */
export interface ChargeReference {
  /** The idempotency key: one charge at most, whoever repeats it. */
  key: string;
  orderId: string;
  /** When it was first asked for, and how much. Undefined: it never was. */
  begun: (Money & { at: Date }) | undefined;
}

export interface ChargeOrder extends ChargeReference {
  begun: Money & { at: Date };
  /** The customer's means of payment. */
  token: string;
}

/** `declined` and `voided` are final: no later charge with this key succeeds. */
export type ProviderCharge = { outcome: 'charged'; id: string } | { outcome: 'declined' } | { outcome: 'voided' };

/** The money went back (`amount`), or there was none to refund and never will be. */
export type ProviderRefund = { outcome: 'voided' } | ({ outcome: 'refunded'; id: string; chargeId: string } & Money);

/** Something that happened to money. */
export interface LedgerEntry extends Money {
  id: string;
  type: 'charge' | 'refund';
  /** Of the charge, also in its refund. Undefined: made by somebody else. */
  chargeKey: string | undefined;
  orderId: string | undefined;
  at: Date;
}

export interface LedgerQuery {
  orderId?: string;
  /** Entries before are omitted. */
  since?: Date;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

export interface LedgerPage {
  entries: LedgerEntry[];
  nextCursor: string | undefined;
}

/**
 * The third party that moves the money. Each call may be repeated at any time. It rejects with ProviderUnavailable when there
 * is no definite answer: then the call may have taken effect or not.
 */
export interface PaymentProvider {
  charge(order: ChargeOrder): Promise<ProviderCharge>;
  /** Undoes the charge of a key: afterwards it holds no money and never will. */
  refund(charge: ChargeReference): Promise<ProviderRefund>;
  /** What really happened, in pages, in no particular order. */
  ledger(query: LedgerQuery): Promise<LedgerPage>;
}

export interface UnavailableOptions extends ErrorOptions {
  /** It asked us to wait: `Retry-After` of a 429, or our own limit. It works, so this is no failure of it. */
  retryAfterSeconds?: number | undefined;
  /** It was too busy for this call (429), or the same one is in flight. */
  isBusy?: boolean;
  /** Nobody listens at its address, or nobody answers in time: nothing about this one call is the cause. */
  isUnreachable?: boolean;
}

/** The provider is overloaded, failing or unreachable. A retry may succeed; whether this call took effect is unknown. */
export class ProviderUnavailable extends Error {
  readonly retryAfterSeconds: number | undefined;
  readonly isBusy: boolean;
  readonly isUnreachable: boolean;

  constructor(
    message: string,
    { retryAfterSeconds, isBusy = false, isUnreachable = false, ...options }: UnavailableOptions = {},
  ) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
    this.isBusy = isBusy;
    this.isUnreachable = isUnreachable;
  }
}
