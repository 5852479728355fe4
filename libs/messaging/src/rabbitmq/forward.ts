import { DEFAULT_NAMESPACE } from '../contract/index.js';
import { failureOf, ownHeader, withoutFailure } from '../outcomes/index.js';
import type { MessageProperties, RabbitDelivery, RabbitMessage } from './rabbit-client.js';
import { isShort, shortId } from './short-string.js';
import { textHeaders, withoutBrokerHeaders } from './text-headers.js';

type Headers = Record<string, unknown>;

export interface ForwardOptions {
  queue: string;
  /** Headers that the message gets in addition to its own. */
  more: Record<string, string>;
  /** For a message that came without an id. */
  messageId?: string | undefined;
  namespace?: string | undefined;
}

const OMITTED = 'x-omitted-headers';
const OMITTED_BODY = 'x-omitted-body';
const OMITTED_LENGTH = 500;
/** amqplib encodes 64 KiB of headers at most; some of it is for properties and for the list of what is omitted. */
const HEADER_BYTES = 60 * 1024;
/** What the encoding adds to each name and each value, at most. */
const HEADER_OVERHEAD = 14;

const ATTRIBUTE = /^cloudEvents[:_]/;

/**
 * A delivered message for another queue, as its sender declared it: the same bytes, properties, and headers of whatever type.
 * Not its expiry, which was for the first queue, nor its user, which must be the connection's.
 */
export function forwarded({ key, body, properties }: RabbitDelivery, options: ForwardOptions): RabbitMessage {
  const { queue, more, messageId, namespace = DEFAULT_NAMESPACE } = options;
  const { contentType, contentEncoding, correlationId, replyTo, timestamp, type, appId, priority } = properties;
  return {
    queue,
    key,
    body,
    properties: {
      mandatory: true,
      persistent: true,
      messageId: properties.messageId || messageId,
      ...{ contentType, contentEncoding, correlationId, replyTo, timestamp, type, appId, priority },
      headers: { ...sendersOwn(properties.headers, namespace), ...more },
    },
  };
}

/** A message that comes out of a dead letter queue again was resubmitted: it gets all its attempts again. */
function sendersOwn(headers: Headers = {}, namespace: string): Headers {
  const own = withoutBrokerHeaders(headers);
  return failureOf(textHeaders(own), namespace) ? withoutFailure(own, namespace) : own;
}

/**
 * The same message when AMQP, its frames or amqplib have no room for it: what cannot be carried is omitted and named in
 * `x-omitted-headers`, the largest first, attributes and the reason of a failure last. A message that cannot be forwarded would be
 * delivered again for ever.
 */
export function fitted({ queue, key, body, properties }: RabbitMessage, namespace = DEFAULT_NAMESPACE): RabbitMessage {
  const { messageId, headers = {}, ...others } = properties;
  const short = Object.entries(others).filter(([, value]) => typeof value !== 'string' || isShort(value));
  return {
    queue,
    key,
    body,
    properties: {
      ...(Object.fromEntries(short) as MessageProperties),
      messageId: messageId && shortId(messageId),
      headers: thatFit(headers, namespace),
    },
  };
}

/** The same message without its body: what a broker that takes no message of this size still takes. */
export function withoutBody({ body, properties, ...message }: RabbitMessage): RabbitMessage {
  const headers = { ...properties.headers, [OMITTED_BODY]: `${body.byteLength} bytes are too large for the broker` };
  return { ...message, body: Buffer.alloc(0), properties: { ...properties, headers } };
}

function thatFit(headers: Headers, namespace: string): Headers {
  const encodable = Object.entries(headers).map(([name, value]): [string, unknown] => [name, encodableOf(value)]);
  const isKept = (name: string) =>
    ATTRIBUTE.test(name) || (name.startsWith(ownHeader('', namespace)) && name !== ownHeader('stack', namespace));
  const rank = ([name, value]: [string, unknown]) => (isKept(name) ? 0 : HEADER_BYTES) + sizeOf(name, value);
  const left = encodable.filter(([name]) => isShort(name)).sort((a, b) => rank(a) - rank(b));
  const omitted = encodable.filter(([name]) => !isShort(name)).map(([name]) => name);
  let size = left.reduce((sum, [name, value]) => sum + sizeOf(name, value), 0);
  while (size > HEADER_BYTES) {
    const [name, value] = left.pop()!;
    omitted.push(name);
    size -= sizeOf(name, value);
  }
  const names = omitted.map((name) => name.slice(0, OMITTED_LENGTH)).join(' ');
  return { ...Object.fromEntries(left), ...(omitted.length > 0 && { [OMITTED]: names.slice(0, OMITTED_LENGTH) }) };
}

/** amqplib encodes neither every number as an integer nor every table that it decodes. */
function encodableOf(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return { '!': 'double', value };
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? JSON.stringify(value) : value;
}

const sizeOf = (name: string, value: unknown): number =>
  Buffer.byteLength(name) +
  HEADER_OVERHEAD +
  (typeof value === 'string' || Buffer.isBuffer(value) ? Buffer.byteLength(value) : 0);
