import { type BodyOf, defineTask, upcast } from '@waybill/messaging/contract';
import { z } from 'zod';
import { ordersCancel, ordersProcess } from './queues.js';
import { Attempt, Id, Line, Money } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;

const ProcessOrderV1 = defineTask({
  type: 'waybill.ProcessOrder.v1',
  queue: ordersProcess,
  subject,
  schema: Attempt.extend({ customerId: Id, items: z.array(Line), total: Money, paymentToken: Id }),
});

/** Starts the saga of one attempt at an order, which is read from order's own database. */
export const ProcessOrder = defineTask({
  type: 'waybill.ProcessOrder.v2',
  queue: ordersProcess,
  subject,
  schema: Attempt.extend({
    /** Replaces the order's payment token, when an operator resubmits a failed order with another one. */
    paymentToken: Id.optional(),
  }),
  replaces: upcast(ProcessOrderV1, ({ orderId, attempt, paymentToken }) => ({ orderId, attempt, paymentToken })),
});
export type ProcessOrder = BodyOf<typeof ProcessOrder>;

/** Cancels an order that never began, because an operator discarded its ProcessOrder. Does nothing in another attempt. */
export const DiscardOrder = defineTask({
  type: 'waybill.DiscardOrder.v1',
  queue: ordersCancel,
  subject,
  schema: Attempt,
});
export type DiscardOrder = BodyOf<typeof DiscardOrder>;

/** Tells the saga of this attempt that its customer has cancelled. Order's own row has decided; this only hastens the end. */
export const CancelOrder = defineTask({
  type: 'waybill.CancelOrder.v1',
  queue: ordersCancel,
  subject,
  schema: Attempt,
});
export type CancelOrder = BodyOf<typeof CancelOrder>;
