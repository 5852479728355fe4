import { murmur2 } from '@waybill/messaging';
import { type TraceEntry, traceIdOf } from './trace.js';

/** Where the events of orders are, whatever carries them, and who publishes them. */
const PUBLISHERS: Record<string, string> = {
  'orders.events': 'order-processor',
  'inventory.events': 'inventory',
  'payments.events': 'payment',
};
export const TOPICS = Object.keys(PUBLISHERS);

/** Milliseconds. Clocks of several machines differ. */
const CLOCK_SKEW = 60_000;

export interface ReadOptions {
  /** Later events are left out, in ms since 1970. Default: until now. */
  until?: number | undefined;
  /** Goes on with what is published from now on. */
  follow: boolean;
  /** Gets each event of the order, in the order of its topic. */
  seen(entry: TraceEntry): void;
}

export interface EventReading {
  /** Resolves when all that was there has been read; rejects when it cannot be. */
  caughtUp: Promise<void>;
  /** Why it reads no more. */
  failure(): Error | undefined;
  close(): Promise<void>;
}

/**
 * Reads all events with the order's id as their key, from the one partition of each topic that can have them, from the time in the
 * order's id (a UUIDv7) on. No consumer group notices.
 */
export interface OrderEventLog {
  readonly broker: 'kafka' | 'nats';
  open(orderId: string, options: ReadOptions): Promise<EventReading>;
}

/** No event of the order is older: the time in its id. Milliseconds since 1970. */
export const placedAt = (orderId: string): number =>
  Number.parseInt(orderId.replaceAll('-', '').slice(0, 12), 16) - CLOCK_SKEW;

/** The one that has all events of a key. */
export const partitionOf = (key: string, partitions: number): number => murmur2(Buffer.from(key)) % partitions;

interface Place {
  topic: string;
  partition: number;
  offset: string;
  /** When the broker stored it, in ms since 1970. */
  written: number;
}

/** `header` reads `traceparent` and the CloudEvents attributes, these as `ce_<name>`. */
export function entryOf(
  { topic, partition, offset, written }: Place,
  header: (name: string) => string | undefined,
): TraceEntry {
  const happened = Date.parse(header('ce_time') ?? '');
  const at = Number.isNaN(happened) ? written : happened;
  const delay = Math.max(0, written - at);
  const traceId = traceIdOf(header('traceparent'));
  const type = header('ce_type') ?? 'an event without a type';
  return {
    at: new Date(at).toISOString(),
    source: topic,
    service: /\.OrderCreated\./.test(type) ? 'order-api' : PUBLISHERS[topic]!,
    kind: 'message',
    what: type,
    detail: `partition ${partition}, offset ${offset}${delay ? `, written ${delay} ms later` : ''}`,
    durationMs: delay,
    ...(traceId && { traceId }),
  };
}
