import { deliverReply, type HandlerContext } from '@waybill/messaging';
import type { TaskReply } from '../workflows/fulfil-order.workflow.js';
import type { Sagas } from '../workflows/sagas.js';

/** Forwards a reply to the saga that requested it, whichever process that runs in. */
export async function forwardReply(
  sagas: Sagas,
  to: TaskReply['to'],
  { outcome }: { orderId: string; outcome?: string },
  { message }: HandlerContext,
): Promise<void> {
  await deliverReply(message, (correlationId) => sagas.reply(correlationId, { to, ...(outcome && { outcome }) }));
}
