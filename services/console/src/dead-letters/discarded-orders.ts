import { DiscardOrder, ProcessOrder } from '@waybill/contracts';
import type { StoredMessage } from '@waybill/dlq';
import { encode, readableTypes, readBody, sourceOf } from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';

/**
 * The order of a discarded ProcessOrder would wait for ever: order-processor is told to cancel it. Of an order that has failed,
 * the discarded task is that of the next attempt, so that it stays FAILED.
 */
export function whenDiscarded({ type, body }: Pick<StoredMessage, 'type' | 'body'>): OutboxMessage[] {
  if (!readableTypes(ProcessOrder).includes(type)) return [];
  const attempt = attemptIn(type, body);
  return attempt ? [encode(DiscardOrder.of(attempt), sourceOf('dead-letters'))] : [];
}

/** Undefined when it was discarded because nobody can read it. */
function attemptIn(type: string, body: Buffer): DiscardOrder | undefined {
  try {
    const { orderId, attempt } = readBody(ProcessOrder, type, JSON.parse(body.toString('utf8'))) as ProcessOrder;
    return { orderId, attempt };
  } catch {
    return undefined;
  }
}
