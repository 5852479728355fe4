import { isTerminal, type OrderState } from '../domain/order.js';
import type { OrderWithHistory } from '../persistence/order.queries.js';

/** An order as the API shows it, without its payment token. */
export function orderView({ paymentToken: _, ...order }: OrderWithHistory) {
  return { ...order, terminal: isTerminal(order.status) };
}

/** The status of an order as the API shows it. */
export function statusView(orderId: string, { status, reason, at }: OrderState) {
  return { orderId, status, terminal: isTerminal(status), ...(reason && { reason }), updatedAt: at };
}
