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

/** The messages about an order, as they are written to the outbox. */

export const orderCreated = (order: Order) =>
  OrderCreated.of({ ...orderDetails(order), paymentToken: order.paymentToken });

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
  OrderConfirmed.of({ ...orderDetails(order), confirmedAt: order.updatedAt.toISOString() });

export const orderFailed = (order: Order, reason: FailureReason) =>
  OrderFailed.of({ ...orderDetails(order), reason, failedAt: order.updatedAt.toISOString() });

export const orderShipped = ({ orderId, attempt, updatedAt }: Order) =>
  OrderShipped.of({ orderId, attempt, shippedAt: updatedAt.toISOString() });

export const orderDelivered = ({ orderId, attempt, updatedAt }: Order) =>
  OrderDelivered.of({ orderId, attempt, deliveredAt: updatedAt.toISOString() });

function orderDetails({ orderId, attempt, customerId, email, items, total, createdAt }: Order) {
  return { orderId, attempt, customerId, email, items, total, createdAt: createdAt.toISOString() };
}
