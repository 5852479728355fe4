import type { HandlerContext } from '@waybill/messaging';
import { Counter } from 'prom-client';
import type { TaskReply } from '../workflows/fulfil-order.workflow.js';
import type { Sagas } from '../workflows/sagas.js';

const droppedReplies = new Counter({
  name: 'waybill_saga_replies_dropped_total',
  help: 'Replies that found no saga waiting for them',
  labelNames: ['type'],
});

/** Takes a reply to the saga that asked, whichever process that runs in. A reply that finds nobody is dropped and counted. */
export async function passOn(
  sagas: Sagas,
  to: TaskReply['to'],
  reply: { orderId: string; outcome?: string },
  { message }: HandlerContext,
): Promise<void> {
  const { type, correlationId } = message;
  const taken =
    correlationId && (await sagas.reply(correlationId, { to, ...(reply.outcome && { outcome: reply.outcome }) }));
  if (!taken) droppedReplies.inc({ type });
}
