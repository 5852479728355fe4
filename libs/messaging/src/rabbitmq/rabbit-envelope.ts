import type { OutboxMessage } from '@waybill/outbox';
import { AMQP_PREFIX, DEFAULT_NAMESPACE } from '../contract/index.js';
import { attributeHeaders, bytesOf, type ReceivedMessage, structuredEvent } from '../envelope/index.js';
import { ownHeader, sinceResubmission } from '../outcomes/index.js';
import type { MessageProperties, RabbitDelivery, RabbitMessage } from './rabbit-client.js';
import { isShort, shortId } from './short-string.js';
import { textHeaders } from './text-headers.js';

/** Headers that are AMQP properties on the wire, unless they are too long for one. */
const PROPERTIES: Record<string, 'contentType' | 'contentEncoding' | 'correlationId' | 'replyTo'> = {
  'content-type': 'contentType',
  'content-encoding': 'contentEncoding',
  'correlation-id': 'correlationId',
  'reply-to': 'replyTo',
};

const attemptsHeader = (namespace: string) => ownHeader('attempts', namespace);
const firstFailedAtHeader = (namespace: string) => ownHeader('first-failed-at', namespace);

/** To one queue; durable, and returned when there is no such queue. */
export function toRabbit(
  { id, destination, key, headers, body }: OutboxMessage,
  changes: MessageProperties = {},
): RabbitMessage {
  const type = headers[`${AMQP_PREFIX}type`] ?? '';
  const properties: MessageProperties = {};
  const others: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(headers)) {
    const property = PROPERTIES[name];
    if (property && isShort(value)) properties[property] = value;
    else others[name] = value.isWellFormed() ? value : bytesOf(value);
  }
  return {
    queue: destination,
    key,
    body: Buffer.isBuffer(body) ? body : Buffer.from(body),
    properties: {
      mandatory: true,
      persistent: true,
      messageId: shortId(id),
      type: isShort(type) ? type : '',
      timestamp: Math.floor(Date.now() / 1_000),
      ...properties,
      headers: others,
      ...changes,
    },
  };
}

/** Missing attributes come from the AMQP properties; a CloudEvent in structured mode has them in its body. */
export function fromDelivery(
  { body, properties }: RabbitDelivery,
  queue: string,
  namespace = DEFAULT_NAMESPACE,
): ReceivedMessage {
  const event = structuredEvent(properties.contentType, body);
  const headers = {
    ...sinceResubmission(textHeaders(properties.headers), namespace),
    ...(event && attributeHeaders(event.attributes, AMQP_PREFIX)),
  };
  const attribute = (name: string) => headers[AMQP_PREFIX + name];
  return {
    id: attribute('id') ?? properties.messageId ?? '',
    type: attribute('type') ?? properties.type ?? '',
    subject: attribute('subject') ?? '',
    time: attribute('time') ?? '',
    source: attribute('source') ?? '',
    key: null,
    correlationId: properties.correlationId ?? headers['correlation-id'],
    replyTo: properties.replyTo,
    traceparent: headers.traceparent,
    headers,
    bytes: event?.data ?? body,
    from: { kind: 'queue', name: queue },
    attempt: attemptsIn(headers[attemptsHeader(namespace)]) + 1,
    firstFailedAt: headers[firstFailedAtHeader(namespace)],
  };
}

/** Anybody may have written the header: what is no count of attempts is none. */
function attemptsIn(text: string | undefined): number {
  const attempts = Number(text ?? 0);
  return Number.isSafeInteger(attempts) && attempts > 0 ? attempts : 0;
}

/** Never in flight before: neither redelivered, nor back from a retry queue. */
export const isFirstDelivery = ({ redelivered, properties }: RabbitDelivery): boolean =>
  !redelivered && properties.headers?.['x-death'] === undefined;

/** What a message carries to its next attempt. */
export const attemptHeaders = (
  { attempt, firstFailedAt }: ReceivedMessage,
  namespace = DEFAULT_NAMESPACE,
): Record<string, string> => ({
  [attemptsHeader(namespace)]: String(attempt),
  [firstFailedAtHeader(namespace)]: firstFailedAt ?? new Date().toISOString(),
});
