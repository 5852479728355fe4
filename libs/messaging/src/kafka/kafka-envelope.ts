import type { OutboxMessage } from '@waybill/outbox';
import { KAFKA_PREFIX } from '../contract/index.js';
import {
  attributeHeaders,
  type ReceivedMessage,
  type StructuredEvent,
  structuredEvent,
  textOf,
} from '../envelope/index.js';
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

/** A CloudEvent in structured mode becomes one in binary mode, so that its body can be edited like any other. */
export function fromKafka({ key, headers, value }: StoredRecord): StoredEvent {
  const bytes = value ?? Buffer.alloc(0);
  const event = structuredEvent(headers['content-type'], bytes);
  return {
    key: key && textOf(key),
    headers: event ? { ...headers, ...binaryHeaders(event) } : headers,
    bytes: event?.data ?? bytes,
    attempt: 1,
  };
}

function binaryHeaders({ attributes }: StructuredEvent): Record<string, string> {
  const { datacontenttype = 'application/json', ...rest } = attributes;
  return { ...attributeHeaders(rest, KAFKA_PREFIX), 'content-type': datacontenttype };
}

export const placeOf = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

/** An event without an id is identified by its position. */
export function toMessage({ headers, ...event }: StoredEvent, place: Place): ReceivedMessage {
  const { topic, partition, offset } = place;
  const attribute = (name: string) => headers[KAFKA_PREFIX + name];
  return {
    ...event,
    id: attribute('id') || placeOf(place),
    type: attribute('type') ?? '',
    subject: attribute('subject') ?? event.key ?? '',
    time: attribute('time') ?? '',
    source: attribute('source') ?? '',
    traceparent: headers.traceparent,
    headers,
    from: { kind: 'topic', name: topic, partition, offset },
  };
}
