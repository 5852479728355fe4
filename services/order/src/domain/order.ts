/** How an order moves, as pure rules. */

export const STATUSES = [
  'PENDING',
  'RESERVED',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'FAILED',
  'CANCELLED',
] as const;
export type OrderStatus = (typeof STATUSES)[number];

/** What an attempt ends as. */
export type Outcome = 'CONFIRMED' | 'FAILED' | 'CANCELLED';

export type FailureReason =
  | 'OUT_OF_STOCK'
  | 'PAYMENT_DECLINED'
  | 'CUSTOMER_BANNED'
  | 'PAYMENT_UNAVAILABLE'
  | 'INVENTORY_UNAVAILABLE'
  | 'TIMED_OUT';

/** Minor units. */
export interface Money {
  amount: number;
  currency: string;
}

export interface Line {
  sku: string;
  quantity: number;
}

export interface PricedLine extends Line {
  name: string;
  /** Minor units. */
  unitPrice: number;
}

export interface OrderState {
  status: OrderStatus;
  at: Date;
  reason?: string;
}

export interface Order {
  orderId: string;
  /** Which run of the saga it is in; counts from 1. */
  attempt: number;
  status: OrderStatus;
  reason?: string;
  customerId: string;
  email: string;
  paymentToken: string;
  items: PricedLine[];
  total: Money;
  createdAt: Date;
  updatedAt: Date;
}

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['CONFIRMED', 'SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED']);

/** Whether whoever waits for the order's outcome has it. CONFIRMED is an outcome although the parcel is yet to come. */
export const isTerminal = (status: OrderStatus): boolean => TERMINAL.has(status);

/** From which states an order may come into this one. A transition from any other state does nothing. */
export const CAME_FROM: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: [],
  RESERVED: ['PENDING'],
  PAID: ['PENDING', 'RESERVED'],
  CONFIRMED: ['PENDING', 'RESERVED', 'PAID'],
  SHIPPED: ['CONFIRMED'],
  DELIVERED: ['CONFIRMED', 'SHIPPED'],
  FAILED: ['PENDING', 'RESERVED', 'PAID'],
  CANCELLED: ['PENDING', 'RESERVED', 'PAID'],
};

/** Whether nothing can happen to the order any more. */
export const isFinal = (status: OrderStatus): boolean => STATUSES.every((next) => !CAME_FROM[next].includes(status));

/** The workflow id of one attempt at an order, and what replies to its tasks are correlated by. */
export const sagaId = ({ orderId, attempt }: { orderId: string; attempt: number }): string =>
  `order-${orderId}-${attempt}`;
