import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { AMQP_PREFIX } from '../contract/index.js';
import type { MessageProperties, RabbitDelivery, RabbitMessage } from '../rabbitmq/index.js';
import type { SqsMessage } from './sqs-types.js';

/** The message attribute with all that SQS has no room for elsewhere: it takes ten attributes at most. */
export const ENVELOPE = 'amqp';

interface Envelope {
  properties: MessageProperties;
  key?: string | undefined;
  /** Absent: the body is the text itself. */
  encoding?: 'base64';
  /** Not before, in ms since 1970. */
  due?: number | undefined;
}

/** A message as SQS carries it. */
export interface SqsContent {
  MessageBody: string;
  MessageAttributes: Record<string, { DataType: string; BinaryValue: Uint8Array }>;
}

export interface Received extends RabbitDelivery {
  due: number | undefined;
}

/**
 * Text that SQS takes stays readable, any other body is base64, which an empty one needs too: it becomes a single `=`. Properties and
 * headers are JSON in one binary attribute, which any character passes.
 */
export function toSqs({ key, body, properties }: RabbitMessage, due?: number): SqsContent {
  const { mandatory, persistent, ...others } = properties;
  const text = textOf(body);
  const envelope: Envelope = {
    properties: others,
    key: key ?? undefined,
    ...(text === undefined && { encoding: 'base64' }),
    due,
  };
  return {
    MessageBody: text ?? (body.toString('base64') || '='),
    MessageAttributes: { [ENVELOPE]: { DataType: 'Binary', BinaryValue: Buffer.from(stringify(envelope)) } },
  };
}

/**
 * What others have sent has no envelope: then its body is the text, and SQS's id its id. A message with a time is received once
 * before it is due, and no handler had it then.
 */
export function fromSqs({ MessageId, Body = '', Attributes = {}, MessageAttributes = {} }: SqsMessage): Received {
  const { properties, key, encoding, due } = envelopeIn(MessageAttributes[ENVELOPE]?.BinaryValue);
  return {
    body: Buffer.from(Body, encoding ?? 'utf8'),
    redelivered: Number(Attributes.ApproximateReceiveCount ?? 1) > (due === undefined ? 1 : 2),
    properties: { ...properties, messageId: properties.messageId ?? MessageId },
    key,
    due,
  };
}

/** As SQS counts: the body, and each attribute's name, type and value. */
export const sizeOf = ({ MessageBody, MessageAttributes }: SqsContent): number =>
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType, BinaryValue }]) => sum + name.length + DataType.length + BinaryValue.byteLength,
    Buffer.byteLength(MessageBody),
  );

/**
 * The same for what is sent again, and only for that: a dead letter that is resubmitted within 5 minutes has its first id, but
 * headers that say why it failed, and must not be dropped as a duplicate.
 */
export function deduplicationId({ body, properties: { timestamp, ...properties } }: RabbitMessage): string {
  return createHash('sha256').update(stringify(properties)).update(body).digest('hex');
}

/** The key, or what the message is about; one of its own for a message with neither. SQS takes visible ASCII only. */
export function groupOf({ key, properties: { headers } }: RabbitMessage): string {
  const group = key ?? headers?.[`${AMQP_PREFIX}subject`];
  if (typeof group !== 'string' || group === '') return crypto.randomUUID();
  return /^[!-~]{1,128}$/.test(group) ? group : createHash('sha256').update(group).digest('hex');
}

/** The characters that SQS takes: those of XML. */
const ALLOWED = /^[\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u;

function textOf(body: Buffer): string | undefined {
  if (!isUtf8(body)) return undefined;
  const text = body.toString('utf8');
  return ALLOWED.test(text) ? text : undefined;
}

/** Anybody may write to a queue: an envelope that cannot be read is none. */
function envelopeIn(bytes: Uint8Array | undefined): Envelope {
  try {
    const envelope = bytes && JSON.parse(Buffer.from(bytes).toString('utf8'), reviveBytes);
    if (typeof envelope?.properties === 'object' && envelope.properties !== null) return envelope as Envelope;
  } catch {}
  return { properties: {} };
}

/** Bytes in headers, as amqplib marks what JavaScript has no type for. */
const BYTES = 'bytes';

function stringify(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, name, inner) {
    const original = this[name];
    return Buffer.isBuffer(original) ? { '!': BYTES, value: original.toString('base64') } : inner;
  });
}

const reviveBytes = (_: string, value: unknown) => {
  const { '!': type, value: base64 } = (value ?? {}) as { '!'?: unknown; value?: unknown };
  return type === BYTES && typeof base64 === 'string' ? Buffer.from(base64, 'base64') : value;
};
