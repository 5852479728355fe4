import { createHash } from 'node:crypto';
import { attributeOf, type Failure, failureOf } from '@waybill/messaging';
import type { CollectedDeadLetter, DeadLetterSource } from './dead-letter.js';

/** A message as the broker delivered it. */
export interface RawDeadLetter {
  headers: Record<string, string>;
  body: Buffer;
  /** Of an event. */
  key?: string | null | undefined;
  /** Properties of the broker, for messages that are not CloudEvents. */
  messageId?: string | undefined;
  type?: string | undefined;
  /** When the broker received it, in ms. */
  timestamp?: number | undefined;
  /** What else distinguishes this message from others, for those without an id. */
  place?: string | undefined;
}

const LONGEST = { name: 1_000, text: 10_000 };
const MOST_ATTEMPTS = 1_000_000;

/**
 * What is known of a dead letter. Never fails: whatever is in a dead letter queue can be collected. What is missing or
 * makes no sense is replaced by what is known otherwise.
 */
export function collectedDeadLetter(at: DeadLetterSource, raw: RawDeadLetter, namespace?: string): CollectedDeadLetter {
  const { headers, body } = raw;
  const failure = failureOf(headers, namespace) ?? failureWithoutHeaders(headers);
  const attribute = (name: string) => attributeOf(headers, name);
  const lastFailedAt = timeOf(failure.lastFailedAt) ?? new Date(raw.timestamp ?? Date.now());
  return {
    at,
    messageId: short(attribute('id') || raw.messageId) || nameOf(raw),
    type: short(attribute('type') || raw.type),
    key: (at.kind === 'topic' ? text(raw.key ?? undefined) : short(attribute('subject'))) || null,
    traceId: /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.traceparent ?? '')?.[1] ?? null,
    dataschema: short(attribute('dataschema')) || null,
    class: failure.class,
    error: text(failure.error),
    stack: failure.stack && text(failure.stack),
    attempts: Math.min(Math.max(Math.trunc(failure.attempts) || 0, 0), MOST_ATTEMPTS),
    firstFailedAt: timeOf(failure.firstFailedAt) ?? lastFailedAt,
    lastFailedAt,
    failure: short(failure.lastFailedAt).slice(0, 64),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [withoutNul(name), withoutNul(value)])),
    body,
  };
}

/** No consumer of ours dead-lettered it: the broker did (RabbitMQ says so in `x-death`), or another program put it here. */
function failureWithoutHeaders(
  headers: Record<string, string>,
): Pick<Failure, 'class' | 'error' | 'attempts'> & Partial<Failure> {
  const death = headers['x-death'];
  const error = death ? `dead-lettered by the broker: ${death}` : 'found here without a reason';
  return { class: 'transient', error, attempts: 0, lastFailedAt: death && digest(death) };
}

/** For a message without an id: the same for the same bytes from the same place. */
const nameOf = ({ headers, body, place = '' }: RawDeadLetter): string =>
  `unnamed:${digest(JSON.stringify([place, headers]), body)}`;

const digest = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 32);
};

/** PostgreSQL and JavaScript agree only on years in this range. */
function timeOf(written: string | undefined): Date | undefined {
  const time = new Date(written ?? Number.NaN);
  const year = time.getUTCFullYear();
  return year >= 1970 && year < 10_000 ? time : undefined;
}

/** PostgreSQL's text holds every character but this one. */
const withoutNul = (value: string): string => value.replaceAll('\0', '\u{fffd}');
const text = (value = ''): string => withoutNul(value).slice(0, LONGEST.text);
const short = (value = ''): string => withoutNul(value).slice(0, LONGEST.name);
