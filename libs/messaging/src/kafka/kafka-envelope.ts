import type { OutboxMessage } from '@waybill/outbox';
import { KAFKA_PREFIX } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import type { OutgoingRecord, StoredRecord } from '../kafka-clients/index.js';

/** The position of an event in Kafka. `topic` without the prefix. */
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

/** `prefix` is put before the topic's name. */
export const toKafka = ({ destination, key, headers, body }: OutboxMessage, prefix: string): OutgoingRecord => ({
  topic: prefix + destination,
  key,
  headers,
  value: Buffer.from(body.buffer, body.byteOffset, body.byteLength), // the same bytes, not a copy
});

export const fromKafka = ({ key, headers, value }: StoredRecord): StoredEvent => ({
  key: key?.toString('utf8') ?? null,
  headers,
  bytes: value,
  attempt: 1,
});

export const placeOf = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

/** An event without an id is identified by its position. */
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
