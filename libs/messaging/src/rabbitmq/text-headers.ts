import { AMQP_PREFIX, OTHER_AMQP_PREFIX } from '../contract/index.js';
import { textOf } from '../envelope/index.js';

/**
 * AMQP headers as text, for reading: theirs may be bytes, numbers, times, tables or lists, ours are text. CloudEvents
 * attributes have one prefix, whichever the sender used.
 */
export function textHeaders(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [nameOf(name), textOfValue(value)]));
}

/** What the broker adds when a message dies or is delivered again. */
const BROKER_HEADERS = /^x-(first-|last-)?death|^x-(delivery|acquired)-count$/;

/** The headers that a message's sender gave it. */
export const withoutBrokerHeaders = <Value>(headers: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !BROKER_HEADERS.test(name)));

const nameOf = (name: string) =>
  name.startsWith(OTHER_AMQP_PREFIX) ? AMQP_PREFIX + name.slice(OTHER_AMQP_PREFIX.length) : name;

function textOfValue(value: unknown): string {
  if (Buffer.isBuffer(value)) return textOf(value);
  if (typeof value !== 'object') return String(value);
  const { '!': type, value: seconds } = (value ?? {}) as { '!'?: string; value?: number };
  // A time that JavaScript cannot hold is shown as it came.
  const time = type === 'timestamp' ? new Date(Number(seconds) * 1_000) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : JSON.stringify(value);
}
