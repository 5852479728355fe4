import { type BodyOf, defineTask } from '@waybill/messaging/contract';
import { z } from 'zod';
import { webhooksSend } from './queues.js';
import { Attempt } from './values.js';

/** Calls the customer back about a status that an attempt has reached. The address may hold secrets: it stays in order's row. */
export const SendWebhook = defineTask({
  type: 'waybill.SendWebhook.v1',
  queue: webhooksSend,
  subject: ({ orderId }) => orderId,
  schema: Attempt.extend({ status: z.enum(['CONFIRMED', 'SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED']) }),
});
export type SendWebhook = BodyOf<typeof SendWebhook>;
