import {
  OrderAborted,
  OrderCancelled,
  OrderConfirmed,
  OrderCreated,
  OrderDelivered,
  OrderFailed,
  OrderProcessingStarted,
  OrderShipped,
  ProcessOrder,
} from '@waybill/contracts';
import type { Attempt, Order } from '../domain/order.js';

/** The messages about an order, as they are written to the outbox. */

export const orderCreated = (order: Order) => OrderCreated.of(orderDetails(order));

export const processOrder = ({ orderId, attempt }: Order) => ProcessOrder.of({ orderId, attempt });

/** `paymentToken`: sealed. */
export const orderProcessingStarted = ({ orderId, attempt, customerId, items, total }: Order, paymentToken: string) =>
  OrderProcessingStarted.of({
    orderId,
    attempt,
    items: items.map(({ sku, quantity }) => ({ sku, quantity })),
    charge: { customerId, total, paymentToken },
  });

export const orderAborted = ({ orderId, attempt }: Attempt) => OrderAborted.of({ orderId, attempt });

export const orderConfirmed = (order: Order) =>
  OrderConfirmed.of({ ...withEmail(order), confirmedAt: order.updatedAt.toISOString() });

export const orderFailed = (order: Order) =>
  OrderFailed.of({ ...withEmail(order), reason: order.reason!, failedAt: order.updatedAt.toISOString() });

export const orderCancelled = (order: Order) =>
  OrderCancelled.of({ ...withEmail(order), cancelledAt: order.updatedAt.toISOString() });

export const orderShipped = ({ orderId, attempt, updatedAt }: Order) =>
  OrderShipped.of({ orderId, attempt, shippedAt: updatedAt.toISOString() });

export const orderDelivered = ({ orderId, attempt, updatedAt }: Order) =>
  OrderDelivered.of({ orderId, attempt, deliveredAt: updatedAt.toISOString() });

function orderDetails({ orderId, attempt, customerId, items, total, createdAt }: Order) {
  return { orderId, attempt, customerId, items, total, createdAt: createdAt.toISOString() };
}

const withEmail = (order: Order) => ({ ...orderDetails(order), email: order.email });
