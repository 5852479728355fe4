import type { OutboxMessage } from '@waybill/outbox';
import type { AsyncMessage, Envelope } from 'rabbitmq-client';
import { AMQP_PREFIX, type ReceivedMessage } from '../envelope/index.js';
import { failureOf, withoutFailure } from '../outcomes/index.js';

/** Headers that are AMQP properties on the wire. */
const PROPERTIES = ['content-type', 'correlation-id', 'reply-to'];

const ATTEMPTS = 'x-waybill-attempts';
const FIRST_FAILED_AT = 'x-waybill-first-failed-at';

/** To one queue, by the default exchange; durable, and returned when there is no such queue. */
export function toEnvelope({ id, destination, headers }: OutboxMessage): Envelope {
  return {
    routingKey: destination,
    mandatory: true,
    durable: true,
    messageId: id,
    type: headers[`${AMQP_PREFIX}type`] ?? '',
    contentType: headers['content-type'] ?? 'application/json',
    contentEncoding: 'utf-8',
    timestamp: Math.floor(Date.now() / 1_000),
    ...(headers['correlation-id'] && { correlationId: headers['correlation-id'] }),
    ...(headers['reply-to'] && { replyTo: headers['reply-to'] }),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !PROPERTIES.includes(name))),
  };
}

/** A dead letter that comes from its queue again was resubmitted, and has all its attempts before it. */
const sinceResubmission = (headers: Record<string, string>) => (failureOf(headers) ? withoutFailure(headers) : headers);

/** Whoever sent it: attributes that are missing are taken from the AMQP properties. */
export function fromDelivery(delivery: AsyncMessage, queue: string): ReceivedMessage {
  const headers = sinceResubmission(textHeaders(delivery.headers));
  const attribute = (name: string) => headers[AMQP_PREFIX + name];
  return {
    id: attribute('id') ?? delivery.messageId ?? '',
    type: attribute('type') ?? delivery.type ?? '',
    subject: attribute('subject') ?? '',
    time: attribute('time') ?? '',
    source: attribute('source') ?? '',
    key: null,
    correlationId: delivery.correlationId,
    replyTo: delivery.replyTo,
    traceparent: headers.traceparent,
    headers,
    bytes: bytesOf(delivery.body),
    from: { kind: 'queue', name: queue },
    attempt: Number(headers[ATTEMPTS] ?? 0) + 1,
    firstFailedAt: headers[FIRST_FAILED_AT],
  };
}

/** In nobody's hands before: neither handed out again, nor back from a retry queue. */
export const isFirstDelivery = ({ redelivered, headers }: AsyncMessage): boolean =>
  !redelivered && headers?.['x-death'] === undefined;

/** The same message for another destination of RabbitMQ, with more headers. */
export function forward(message: ReceivedMessage, destination: string, more: Record<string, string>): OutboxMessage {
  const { id, headers, correlationId, replyTo, bytes } = message;
  return {
    id,
    target: 'rabbitmq',
    destination,
    key: null,
    headers: {
      'content-type': 'application/json',
      ...headers,
      ...(message.type && { [`${AMQP_PREFIX}type`]: message.type }),
      ...(correlationId && { 'correlation-id': correlationId }),
      ...(replyTo && { 'reply-to': replyTo }),
      ...more,
    },
    body: bytes,
  };
}

/** What a message carries to its next attempt. */
export const attemptHeaders = ({ attempt, firstFailedAt }: ReceivedMessage): Record<string, string> => ({
  [ATTEMPTS]: String(attempt),
  [FIRST_FAILED_AT]: firstFailedAt ?? new Date().toISOString(),
});

function textHeaders(headers: Record<string, unknown> = {}): Record<string, string> {
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)]));
}

/** The client has parsed JSON that came without a content encoding, which ours never does. */
function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
