import type { Sample } from '@waybill/cli';

/** The system as its public views show it, all read at about the same time. */
export interface Snapshot {
  orders: Order[];
  products: Product[];
  reservations: Reservation[];
  ledger: LedgerEntry[];
  mails: Mail[];
  summary: Summary;
  /** Of those processes whose addresses are known. */
  processes: { name: string; samples: Sample[] }[];
}

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
  /** What `onHand + shipped` must be: the seed, or the last stock count. Optional in the API. */
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

/** A mail in the inbox that names its order in a header. */
export interface Mail {
  orderId: string;
  type: string;
  messageId: string;
}

export interface Summary {
  orders: Record<string, number>;
  revenue: Money;
  otherCurrencies?: { revenue: Money }[];
}

/** One for each currency. */
export const revenuesOf = ({ revenue, otherCurrencies = [] }: Summary): Money[] => [
  revenue,
  ...otherCurrencies.map((other) => other.revenue),
];

/** Whether the order has the outcome CONFIRMED, whatever the carrier has done since. */
export const isConfirmed = ({ status }: Pick<Order, 'status'>): boolean => CONFIRMED.has(status);
const CONFIRMED = new Set(['CONFIRMED', 'SHIPPED', 'DELIVERED']);

export const isFailedOrCancelled = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'FAILED' || status === 'CANCELLED';
