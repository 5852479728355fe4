import { Partitioners } from 'kafkajs';
import type { TraceEntry } from './trace.js';

/** Where the events of orders are, whatever carries them. */
export const TOPICS = ['orders.events', 'inventory.events', 'payments.events'];

/** Milliseconds. Clocks of several machines differ. */
const CLOCK_SKEW = 60_000;

/** No event of the order is older: the time in its id, a UUIDv7. Milliseconds since 1970. */
export const placedAt = (orderId: string): number =>
  Number.parseInt(orderId.replaceAll('-', '').slice(0, 12), 16) - CLOCK_SKEW;

/** The one that has all events of a key, by murmur2. */
export const partitionOf = (topic: string, key: string, partitions: number): number =>
  Partitioners.DefaultPartitioner()({
    topic,
    partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0 }) as never),
    message: { key, value: null },
  });

interface Place {
  topic: string;
  partition: number;
  offset: string;
  /** When the broker stored it, in ms since 1970. */
  written: number;
}

/** `attribute` reads the CloudEvents attributes. */
export function entryOf(
  { topic, partition, offset, written }: Place,
  attribute: (name: string) => string | undefined,
): TraceEntry {
  const happened = Date.parse(attribute('time') ?? '');
  const at = Number.isNaN(happened) ? written : happened;
  const delay = written > at ? `, written ${written - at} ms later` : '';
  return {
    at: new Date(at).toISOString(),
    source: topic,
    what: attribute('type') ?? 'an event without a type',
    detail: `partition ${partition}, offset ${offset}${delay}`,
  };
}
