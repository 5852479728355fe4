import type { OutboxMessage } from '@waybill/outbox';

/** Also the largest batch that a Kafka topic accepts, unless its `max.message.bytes` says otherwise. */
const PORTION = 1_000_000;
/** About what a message adds to its body, key and headers. */
const OVERHEAD = 100;

/**
 * A batch in portions that a broker confirms within seconds, however large its bodies: 1 MB each, or a single larger
 * message.
 */
export function splitBatch(messages: readonly OutboxMessage[]): OutboxMessage[][] {
  const portions: OutboxMessage[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (size > room) {
      portions.push([]);
      room = PORTION;
    }
    portions.at(-1)!.push(message);
    room -= size;
  }
  return portions;
}

function sizeOf({ key, headers, body }: OutboxMessage): number {
  const texts = [key ?? '', ...Object.entries(headers).flat()];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), OVERHEAD + body.byteLength);
}
