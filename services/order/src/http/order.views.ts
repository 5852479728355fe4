import { isTerminal, type OrderState } from '../domain/order.js';
import type { OrderWithHistory } from '../persistence/order.queries.js';

/** An order as the API shows it, without its payment token. */
export function orderView({ paymentToken: _, ...order }: OrderWithHistory) {
  return { ...order, terminal: isTerminal(order.status) };
}

/** In the list, which shows everyone's orders: a callback URL may hold secrets. */
export function listedView({ callbackUrl: _, ...order }: OrderWithHistory) {
  return orderView(order);
}

/** The status of an order as the API shows it. */
export function statusView(orderId: string, { status, reason, at }: OrderState) {
  return { orderId, status, terminal: isTerminal(status), ...(reason && { reason }), updatedAt: at };
}

/** What the API responds when the rest is done later. */
export function acceptedView({ orderId, status }: Pick<OrderWithHistory, 'orderId' | 'status'>) {
  return { orderId, status, checkStatusUrl: `/orders/${orderId}/status` };
}
