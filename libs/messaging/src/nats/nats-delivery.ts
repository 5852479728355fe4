import { AMQP_PREFIX } from '../contract/index.js';
import { bytesOf, textOf } from '../envelope/index.js';
import type { MessageProperties, RabbitDelivery } from '../rabbitmq/index.js';
import { unescaped } from './escape.js';
import { lineOf, readHeaders, writeHeaders } from './nats-headers.js';
import type { Msg, MsgHdrs } from './nats-types.js';

/** AMQP's properties by their headers, so that nothing is lost of what a message says. */
const TEXTS = {
  'amqp-message-id': 'messageId',
  'amqp-type': 'type',
  'amqp-content-type': 'contentType',
  'amqp-content-encoding': 'contentEncoding',
  'amqp-correlation-id': 'correlationId',
  'amqp-reply-to': 'replyTo',
  'amqp-app-id': 'appId',
} as const;
const NUMBERS = { 'amqp-timestamp': 'timestamp', 'amqp-priority': 'priority' } as const;
const OWN = /^amqp-/i;

export function writeProperties(target: MsgHdrs, { headers = {}, ...properties }: MessageProperties): void {
  for (const [header, name] of Object.entries({ ...TEXTS, ...NUMBERS })) {
    const value = properties[name];
    if (value !== undefined) target.append(header, lineOf(String(value)));
  }
  const texts = Object.entries(headers).map(([name, value]) => [name, textOfValue(value)]);
  writeHeaders(target, Object.fromEntries(texts), AMQP_PREFIX);
}

/** `more` are headers that the broker would have added. */
export function toDelivery(
  { headers, data }: Pick<Msg, 'headers' | 'data'>,
  redelivered: boolean,
  more: Record<string, unknown> = {},
): RabbitDelivery {
  const properties: MessageProperties = {};
  for (const [header, name] of Object.entries(TEXTS))
    if (headers?.has(header)) properties[name] = unescaped(headers.get(header));
  for (const [header, name] of Object.entries(NUMBERS))
    if (headers?.has(header)) properties[name] = Number(headers.get(header));
  const texts = Object.entries(readHeaders(headers, AMQP_PREFIX, OWN));
  const values = texts.map(([name, text]) => [name, text.isWellFormed() ? text : bytesOf(text)]);
  return {
    body: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    redelivered,
    properties: { ...properties, headers: { ...Object.fromEntries(values), ...more } },
  };
}

/** Headers are text here, whatever type AMQP had for them. */
function textOfValue(value: unknown): string {
  if (Buffer.isBuffer(value)) return textOf(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
