import type { OutboxMessage } from '@waybill/outbox';
import { AMQP_PREFIX, DEFAULT_NAMESPACE } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import { failureOf, ownHeader, withoutFailure } from '../outcomes/index.js';
import type { MessageProperties, RabbitDelivery, RabbitMessage } from './rabbit-client.js';

/** Headers that are AMQP properties on the wire. */
const PROPERTIES = ['content-type', 'correlation-id', 'reply-to'];

const OMITTED = 'x-omitted-headers';
const OMITTED_LENGTH = 500;
/** amqplib encodes 64 KiB of headers at most; some of it is for what else a forwarded message carries. */
const HEADER_BYTES = 60 * 1024;
/** What the encoding adds to each name and each value, at most. */
const HEADER_OVERHEAD = 5;

const attemptsHeader = (namespace: string) => ownHeader('attempts', namespace);
const firstFailedAtHeader = (namespace: string) => ownHeader('first-failed-at', namespace);

/** To one queue; durable, and returned when there is no such queue. */
export function toRabbit(
  { id, destination, headers, body }: OutboxMessage,
  changes: MessageProperties = {},
): RabbitMessage {
  return {
    queue: destination,
    body: Buffer.isBuffer(body) ? body : Buffer.from(body),
    properties: {
      mandatory: true,
      persistent: true,
      messageId: id,
      type: headers[`${AMQP_PREFIX}type`] ?? '',
      contentType: headers['content-type'] ?? 'application/json',
      contentEncoding: 'utf-8',
      timestamp: Math.floor(Date.now() / 1_000),
      correlationId: headers['correlation-id'],
      replyTo: headers['reply-to'],
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !PROPERTIES.includes(name))),
      ...changes,
    },
  };
}

/** A dead letter that comes from its queue again was resubmitted, and gets all its attempts again. */
const sinceResubmission = (headers: Record<string, string>, namespace: string) =>
  failureOf(headers, namespace) ? withoutFailure(headers, namespace) : headers;

/** Missing attributes come from the AMQP properties. */
export function fromDelivery(
  { body, properties }: RabbitDelivery,
  queue: string,
  namespace = DEFAULT_NAMESPACE,
): ReceivedMessage {
  const headers = sinceResubmission(textHeaders(properties.headers), namespace);
  const attribute = (name: string) => headers[AMQP_PREFIX + name];
  return {
    id: attribute('id') ?? properties.messageId ?? '',
    type: attribute('type') ?? properties.type ?? '',
    subject: attribute('subject') ?? '',
    time: attribute('time') ?? '',
    source: attribute('source') ?? '',
    key: null,
    correlationId: properties.correlationId,
    replyTo: properties.replyTo,
    traceparent: headers.traceparent,
    headers,
    bytes: body,
    from: { kind: 'queue', name: queue },
    attempt: Number(headers[attemptsHeader(namespace)] ?? 0) + 1,
    firstFailedAt: headers[firstFailedAtHeader(namespace)],
  };
}

/** Never in flight before: neither redelivered, nor back from a retry queue. */
export const isFirstDelivery = ({ redelivered, properties }: RabbitDelivery): boolean =>
  !redelivered && properties.headers?.['x-death'] === undefined;

/**
 * The same message for another destination of RabbitMQ, with more headers. What it came with may leave no room for them: then
 * its largest headers are omitted, and named in `x-omitted-headers`. A message that could not be forwarded would be requeued
 * for ever.
 */
export function forward(message: ReceivedMessage, destination: string, more: Record<string, string>): OutboxMessage {
  const { id, headers, correlationId, replyTo, bytes } = message;
  return {
    id,
    target: 'rabbitmq',
    destination,
    key: null,
    headers: {
      'content-type': 'application/json',
      ...thatFit(headers, HEADER_BYTES - sizeOf(more)),
      ...(message.type && { [`${AMQP_PREFIX}type`]: message.type }),
      ...(correlationId && { 'correlation-id': correlationId }),
      ...(replyTo && { 'reply-to': replyTo }),
      ...more,
    },
    body: bytes,
  };
}

const sizeOf = (headers: Record<string, string>): number =>
  Object.entries(headers)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text) + HEADER_OVERHEAD, 0);

function thatFit(headers: Record<string, string>, bytes: number): Record<string, string> {
  if (sizeOf(headers) <= bytes) return headers;
  const bySize = Object.entries(headers).sort(([, a], [, b]) => a.length - b.length);
  const omitted: string[] = [];
  while (sizeOf(Object.fromEntries(bySize)) > bytes) omitted.push(bySize.pop()![0]);
  return { ...Object.fromEntries(bySize), [OMITTED]: omitted.join(' ').slice(0, OMITTED_LENGTH) };
}

/** What a message carries to its next attempt. */
export const attemptHeaders = (
  { attempt, firstFailedAt }: ReceivedMessage,
  namespace = DEFAULT_NAMESPACE,
): Record<string, string> => ({
  [attemptsHeader(namespace)]: String(attempt),
  [firstFailedAtHeader(namespace)]: firstFailedAt ?? new Date().toISOString(),
});

/** AMQP headers may be of any type; ours are text. */
export function textHeaders(headers: Record<string, unknown> = {}): Record<string, string> {
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)]));
}
