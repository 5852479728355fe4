import type { FailureReason, OrderStatus } from './order.js';

/** How long a saga waits for inventory, for the payment, and in all, in milliseconds. */
export interface Deadlines {
  inventory: number;
  payment: number;
  order: number;
}

/** Of an attempt, in milliseconds. */
export interface Age {
  inStatus: number;
  inAll: number;
}

/** Why an attempt without an outcome fails now: the party that it waits for did not respond in time. Undefined while it may wait. */
export function overdue(status: OrderStatus, age: Age, deadlines: Deadlines): FailureReason | undefined {
  const isCharging = status === 'RESERVED';
  if (age.inStatus > (isCharging ? deadlines.payment : deadlines.inventory))
    return isCharging ? 'PAYMENT_UNAVAILABLE' : 'INVENTORY_UNAVAILABLE';
  return age.inAll > deadlines.order ? 'TIMED_OUT' : undefined;
}
