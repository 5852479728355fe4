import { type BodyOf, defineEvent, upcast } from '@waybill/messaging/contract';
import { z } from 'zod';
import { ordersEvents } from './topics.js';
import { Attempt, Charge, FailureReason, Id, Line, Money, PricedLine, Timestamp } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;

/** With the address to which the customer is mailed about it: no other event has it, because the topic keeps them. */
const OrderWithEmail = Attempt.extend({
  customerId: Id,
  email: z.string(),
  items: z.array(PricedLine),
  total: Money,
  createdAt: Timestamp,
});

/** All that a consumer needs to know about the order, so that it never has to query for it. */
const Order = OrderWithEmail.omit({ email: true });

const OrderCreatedV1 = defineEvent({
  type: 'waybill.OrderCreated.v1',
  topic: ordersEvents,
  subject,
  schema: OrderWithEmail.extend({ paymentToken: Id }),
});

export const OrderCreated = defineEvent({
  type: 'waybill.OrderCreated.v2',
  topic: ordersEvents,
  subject,
  schema: Order,
  replaces: upcast(OrderCreatedV1, ({ email: _, paymentToken: __, ...order }) => order),
});
export type OrderCreated = BodyOf<typeof OrderCreated>;

/** The first event of a choreographed saga: inventory reserves the items, and what is charged then travels with the events. */
export const OrderProcessingStarted = defineEvent({
  type: 'waybill.OrderProcessingStarted.v1',
  topic: ordersEvents,
  subject,
  schema: Attempt.extend({ items: z.array(Line), charge: Charge }),
});
export type OrderProcessingStarted = BodyOf<typeof OrderProcessingStarted>;

/** A choreographed attempt was cancelled or exceeded a deadline: each service undoes its steps, payment first. */
export const OrderAborted = defineEvent({
  type: 'waybill.OrderAborted.v1',
  topic: ordersEvents,
  subject,
  schema: Attempt,
});
export type OrderAborted = BodyOf<typeof OrderAborted>;

export const OrderConfirmed = defineEvent({
  type: 'waybill.OrderConfirmed.v1',
  topic: ordersEvents,
  subject,
  schema: OrderWithEmail.extend({ confirmedAt: Timestamp }),
});
export type OrderConfirmed = BodyOf<typeof OrderConfirmed>;

export const OrderFailed = defineEvent({
  type: 'waybill.OrderFailed.v1',
  topic: ordersEvents,
  subject,
  schema: OrderWithEmail.extend({ reason: FailureReason, failedAt: Timestamp }),
});
export type OrderFailed = BodyOf<typeof OrderFailed>;

export const OrderCancelled = defineEvent({
  type: 'waybill.OrderCancelled.v1',
  topic: ordersEvents,
  subject,
  schema: OrderWithEmail.extend({ cancelledAt: Timestamp }),
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
