import {
  type FailureReason,
  OrderConfirmed,
  OrderCreated,
  OrderDelivered,
  OrderFailed,
  OrderShipped,
  ProcessOrder,
} from '@waybill/contracts';
import type { Order } from '../domain/order.js';

/** What order says about an order, each as it leaves through the outbox. */

export const orderCreated = (order: Order) =>
  OrderCreated.of({ ...described(order), paymentToken: order.paymentToken });

export const processOrder = ({ orderId, attempt, customerId, items, total, paymentToken }: Order) =>
  ProcessOrder.of({
    orderId,
    attempt,
    customerId,
    items: items.map(({ sku, quantity }) => ({ sku, quantity })),
    total,
    paymentToken,
  });

export const orderConfirmed = (order: Order) =>
  OrderConfirmed.of({ ...described(order), confirmedAt: order.updatedAt.toISOString() });

export const orderFailed = (order: Order, reason: FailureReason) =>
  OrderFailed.of({ ...described(order), reason, failedAt: order.updatedAt.toISOString() });

export const orderShipped = ({ orderId, attempt, updatedAt }: Order) =>
  OrderShipped.of({ orderId, attempt, shippedAt: updatedAt.toISOString() });

export const orderDelivered = ({ orderId, attempt, updatedAt }: Order) =>
  OrderDelivered.of({ orderId, attempt, deliveredAt: updatedAt.toISOString() });

function described({ orderId, attempt, customerId, email, items, total, createdAt }: Order) {
  return { orderId, attempt, customerId, email, items, total, createdAt: createdAt.toISOString() };
}
