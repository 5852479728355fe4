import { type BodyOf, defineEvent } from '@waybill/messaging/contract';
import { z } from 'zod';
import { ordersEvents } from './topics.js';
import { Attempt, FailureReason, Id, Money, PricedLine, Timestamp } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;

/** All that a consumer needs to know about the order, so that it never has to query for it. */
const Order = Attempt.extend({
  customerId: Id,
  email: z.string(),
  items: z.array(PricedLine),
  total: Money,
  createdAt: Timestamp,
});

export const OrderCreated = defineEvent({
  type: 'waybill.OrderCreated.v1',
  topic: ordersEvents,
  subject,
  schema: Order.extend({ paymentToken: Id }),
});
export type OrderCreated = BodyOf<typeof OrderCreated>;

export const OrderConfirmed = defineEvent({
  type: 'waybill.OrderConfirmed.v1',
  topic: ordersEvents,
  subject,
  schema: Order.extend({ confirmedAt: Timestamp }),
});
export type OrderConfirmed = BodyOf<typeof OrderConfirmed>;

export const OrderFailed = defineEvent({
  type: 'waybill.OrderFailed.v1',
  topic: ordersEvents,
  subject,
  schema: Order.extend({ reason: FailureReason, failedAt: Timestamp }),
});
export type OrderFailed = BodyOf<typeof OrderFailed>;

export const OrderCancelled = defineEvent({
  type: 'waybill.OrderCancelled.v1',
  topic: ordersEvents,
  subject,
  schema: Order.extend({ cancelledAt: Timestamp }),
});
export type OrderCancelled = BodyOf<typeof OrderCancelled>;

export const OrderShipped = defineEvent({
  type: 'waybill.OrderShipped.v1',
  topic: ordersEvents,
  subject,
  schema: Attempt.extend({ shippedAt: Timestamp }),
});
export type OrderShipped = BodyOf<typeof OrderShipped>;

export const OrderDelivered = defineEvent({
  type: 'waybill.OrderDelivered.v1',
  topic: ordersEvents,
  subject,
  schema: Attempt.extend({ deliveredAt: Timestamp }),
});
export type OrderDelivered = BodyOf<typeof OrderDelivered>;
