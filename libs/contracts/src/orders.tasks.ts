import { type BodyOf, defineTask } from '@waybill/messaging/contract';
import { z } from 'zod';
import { ordersProcess } from './queues.js';
import { Attempt, Id, Line, Money } from './values.js';

/** Starts the saga of one attempt at an order. */
export const ProcessOrder = defineTask({
  type: 'waybill.ProcessOrder.v1',
  queue: ordersProcess,
  subject: ({ orderId }) => orderId,
  schema: Attempt.extend({ customerId: Id, items: z.array(Line), total: Money, paymentToken: Id }),
});
export type ProcessOrder = BodyOf<typeof ProcessOrder>;
