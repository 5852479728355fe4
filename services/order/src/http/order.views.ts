import { isTerminal, type OrderState } from '../domain/order.js';
import type { OrderWithHistory } from '../persistence/order.queries.js';

/** An order as the API shows it. The payment token is not for anyone's eyes. */
export function orderView({ paymentToken: _, ...order }: OrderWithHistory) {
  return { ...order, terminal: isTerminal(order.status) };
}

/** Where an order stands. */
export function statusView(orderId: string, { status, reason, at }: OrderState) {
  return { orderId, status, terminal: isTerminal(status), ...(reason && { reason }), updatedAt: at };
}
