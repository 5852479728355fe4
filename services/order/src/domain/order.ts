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

/** How an attempt ends. */
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
  /** The current run of the saga; counts from 1. */
  attempt: number;
  status: OrderStatus;
  reason?: FailureReason;
  customerId: string;
  email: string;
  paymentToken: string;
  /** Is called on each terminal status. Its query may hold secrets. */
  callbackUrl?: string;
  /** W3C Trace Context of the request that placed it. */
  traceparent?: string;
  items: PricedLine[];
  total: Money;
  createdAt: Date;
  updatedAt: Date;
  /** Whether no orchestrator runs this attempt. */
  isChoreographed: boolean;
}

/** The way of an order to which nothing happens. */
export const FORWARD: readonly OrderStatus[] = ['PENDING', 'RESERVED', 'PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED'];

export const TERMINAL = ['CONFIRMED', 'SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED'] as const satisfies OrderStatus[];
export type TerminalStatus = (typeof TERMINAL)[number];

/** Whether the order has its outcome. CONFIRMED is one, although the shipment is still to come. */
export const isTerminal = (status: OrderStatus): status is TerminalStatus => TERMINAL.some((each) => each === status);

/** The statuses of an order whose saga runs, or is to run. */
export const UNFINISHED: readonly OrderStatus[] = STATUSES.filter((status) => !isTerminal(status));

/** The statuses that an order may change from. A transition from any other status does nothing. */
export const ALLOWED_FROM: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: [],
  RESERVED: ['PENDING'],
  PAID: ['PENDING', 'RESERVED'],
  CONFIRMED: ['PENDING', 'RESERVED', 'PAID'],
  SHIPPED: ['CONFIRMED'],
  DELIVERED: ['CONFIRMED', 'SHIPPED'],
  FAILED: ['PENDING', 'RESERVED', 'PAID'],
  CANCELLED: ['PENDING', 'RESERVED', 'PAID'],
};

/** Whether the status can never change again. */
export const isFinal = (status: OrderStatus): boolean => STATUSES.every((next) => !ALLOWED_FROM[next].includes(status));

/** One run of an order's saga; counts from 1. */
export interface Attempt {
  orderId: string;
  attempt: number;
}

/** The workflow id of one attempt at an order, and the correlation id of its tasks. */
export const sagaId = ({ orderId, attempt }: Attempt): string => `order-${orderId}-${attempt}`;
