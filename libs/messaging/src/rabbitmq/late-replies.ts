import type { ReceivedMessage } from '../envelope/index.js';
import { droppedReplies } from '../outcomes/index.js';

/**
 * Passes a reply on to who asked, found by its correlation id. `take` resolves with false when nobody waits (any more):
 * then the reply is dropped and counted in `waybill_replies_dropped_total`, never set aside.
 */
export async function deliverReply(
  { type, correlationId }: Pick<ReceivedMessage, 'type' | 'correlationId'>,
  take: (correlationId: string) => boolean | Promise<boolean>,
): Promise<void> {
  if (!correlationId || !(await take(correlationId))) droppedReplies.inc({ type });
}

/**
 * A queue whose name the broker made up goes with the process that waits for its replies: who is gone misses nothing, so a
 * reply that finds no such queue is dropped and counted.
 */
export const isExclusiveReplyQueue = (queue: string): boolean => queue.startsWith('amq.');
