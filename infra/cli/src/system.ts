/** A system as it looks from outside, gathered at one time. */

export interface Money {
  /** Minor units. */
  amount: number;
  currency: string;
}

export interface Order {
  orderId: string;
  status: string;
  terminal: boolean;
  items: { sku: string; quantity: number }[];
  total: Money;
  history: { status: string }[];
  /** Counts from 1. */
  attempt: number;
}

export interface Product {
  sku: string;
  onHand: number;
  reserved: number;
  available: number;
  /** What `onHand + shipped` must be: the seed, or set by the last count. Not every system says it. */
  initial?: number;
  shipped?: number;
}

export interface Reservation {
  orderId: string;
  sku: string;
  quantity: number;
  status: 'OPEN' | 'SHIPPED' | 'RELEASED';
}

export interface LedgerEntry extends Money {
  id: string;
  orderId: string;
  type: 'charge' | 'refund';
}

/** A mail in the inbox that says which order it is about. */
export interface Mail {
  orderId: string;
  type: string;
  messageId: string;
}

export interface Summary {
  orders: Record<string, number>;
  revenue: Money;
}

export interface System {
  orders: Order[];
  products: Product[];
  reservations: Reservation[];
  ledger: LedgerEntry[];
  mails: Mail[];
  summary: Summary;
}

/** What clients and operators know that the system can not be asked for. */
export interface Evidence {
  /** Ids of orders that were answered with 202. */
  accepted?: readonly string[];
  /** Whether there may be no other orders than the accepted ones. Default false. */
  onlyAccepted?: boolean;
  /** Which order each use of an Idempotency-Key got. */
  keys?: readonly { key: string; orderId: string }[];
  /** Stock by SKU that `onHand + shipped` must be; goes before what the system says itself. */
  initial?: Readonly<Record<string, number>>;
}

/** What a check found; with `notChecked` alone it could not look at anything. */
export type Finding = Findings | { notChecked: string };

export interface Findings {
  /** What was looked at, in numbers. */
  counted: string;
  /** One line for each thing that is not as it must be. */
  violations: string[];
  /** What could not be looked at, and what it needs. */
  notChecked?: string;
}

export interface Invariant {
  id: string;
  promise: string;
  /** Pure: the same system gives the same finding. */
  check(system: System, evidence: Evidence): Finding;
}

/** Whether the order has the outcome CONFIRMED, whatever the carrier has done since. */
export const isSold = ({ status }: Pick<Order, 'status'>): boolean => SOLD.has(status);
const SOLD = new Set(['CONFIRMED', 'SHIPPED', 'DELIVERED']);

/** Whether the order has an outcome other than CONFIRMED. */
export const isGivenUp = ({ status }: Pick<Order, 'status'>): boolean => status === 'FAILED' || status === 'CANCELLED';
