import type { ReceivedMessage } from '../envelope/index.js';
import { messagingMetrics } from '../outcomes/index.js';

/**
 * Passes a reply to its requester, found by its correlation id. `receive` resolves with false when no requester waits (any more):
 * then the reply is dropped and counted in `waybill_replies_dropped_total`, never dead-lettered.
 */
export async function deliverReply(
  { type, correlationId }: Pick<ReceivedMessage, 'type' | 'correlationId'>,
  receive: (correlationId: string) => boolean | Promise<boolean>,
  namespace?: string,
): Promise<void> {
  if (!correlationId || !(await receive(correlationId))) messagingMetrics(namespace).droppedReplies.inc({ type });
}

/**
 * A queue with a name from the broker ends with the process that waits for its replies: a reply that finds no such queue is
 * dropped and counted, because its requester is gone.
 */
export const isExclusiveReplyQueue = (queue: string): boolean => queue.startsWith('amq.');
