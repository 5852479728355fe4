import { type BodyOf, defineTask } from '@waybill/messaging/contract';
import { z } from 'zod';
import { emailSend } from './queues.js';
import { Attempt, FailureReason, Money, PricedLine } from './values.js';

/** Sends one mail about one attempt at an order. */
export const SendEmail = defineTask({
  type: 'waybill.SendEmail.v1',
  queue: emailSend,
  subject: ({ orderId }) => orderId,
  schema: Attempt.extend({
    type: z.enum(['order-confirmed', 'order-failed', 'order-cancelled']),
    to: z.string(),
    items: z.array(PricedLine),
    total: Money,
    reason: FailureReason.optional(),
  }),
});
export type SendEmail = BodyOf<typeof SendEmail>;
