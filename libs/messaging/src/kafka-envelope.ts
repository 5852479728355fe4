import type { KafkaMessage } from 'kafkajs';
import { KAFKA_PREFIX } from './cloud-event.js';
import type { ReceivedMessage } from './message.js';

/** Where an event lies. `topic` without the tests' prefix. */
export interface Place {
  topic: string;
  partition: number;
  offset: string;
}

/** An event as Kafka or the table of parked events holds it. */
export interface StoredEvent {
  key: string | null;
  headers: Record<string, string>;
  bytes: Buffer;
  attempt: number;
  firstFailedAt?: string | undefined;
}

export function fromKafka({ key, headers = {}, value }: KafkaMessage): StoredEvent {
  return {
    key: key?.toString('utf8') ?? null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, String(content)])),
    bytes: value ?? Buffer.alloc(0),
    attempt: 1,
  };
}

export const placeOf = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

/** Whoever sent it: an event without an id is known by its place. */
export function toMessage({ headers, ...event }: StoredEvent, place: Place): ReceivedMessage {
  const { topic, partition, offset } = place;
  const attribute = (name: string) => headers[KAFKA_PREFIX + name];
  return {
    ...event,
    id: attribute('id') ?? placeOf(place),
    type: attribute('type') ?? '',
    subject: attribute('subject') ?? event.key ?? '',
    time: attribute('time') ?? '',
    source: attribute('source') ?? '',
    traceparent: headers.traceparent,
    headers,
    from: { kind: 'topic', name: topic, partition, offset },
  };
}
