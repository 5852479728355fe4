import { createHash } from 'node:crypto';
import { attributeOf, type Failure, failureOf, type Rejection, rejectionIn, storable } from '@waybill/messaging';
import type { CollectedDeadLetter, DeadLetterSource } from './dead-letter.js';

/** A dead letter as the broker delivered it. */
export interface RawDeadLetter {
  headers: Record<string, string>;
  body: Buffer;
  /** The key of an event. */
  key?: string | null | undefined;
  /** The broker's own properties, for messages that are not CloudEvents. */
  messageId?: string | undefined;
  type?: string | undefined;
  /** When the broker received it, in ms. */
  timestamp?: number | undefined;
  /** Distinguishes equal messages without an id, such as a topic's partition and offset. */
  place?: string | undefined;
}

/** Characters. */
const MAX_LENGTH = { name: 1_000, text: 10_000 };
const MAX_ATTEMPTS = 1_000_000;

/**
 * Reads a dead letter from its headers. Never throws, so that nothing blocks a dead letter queue: what is missing or invalid is
 * replaced by what else is known.
 */
export function parseDeadLetter(source: DeadLetterSource, raw: RawDeadLetter, namespace?: string): CollectedDeadLetter {
  const { headers, body } = raw;
  const rejection = source.kind === 'outbox' ? rejectionIn(headers, namespace) : undefined;
  const from = rejection ? { ...source, source: short(rejection.destination) } : source;
  const failure = rejection
    ? failureOfRejection(rejection)
    : (failureOf(headers, namespace) ?? failureWithoutHeaders(headers));
  const attribute = (name: string) => attributeOf(headers, name);
  const lastFailedAt = timeOf(failure.lastFailedAt) ?? new Date(raw.timestamp ?? Date.now());
  return {
    from,
    messageId: short(attribute('id') || raw.messageId) || generatedId(raw),
    type: short(attribute('type') || raw.type),
    key: (from.kind === 'topic' ? text(raw.key ?? undefined) : short(rejection?.key ?? attribute('subject'))) || null,
    traceId: /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.traceparent ?? '')?.[1] ?? null,
    dataschema: short(attribute('dataschema')) || null,
    class: failure.class,
    error: text(failure.error),
    stack: failure.stack && text(failure.stack),
    attempts: Math.min(Math.max(Math.trunc(failure.attempts) || 0, 0), MAX_ATTEMPTS),
    firstFailedAt: timeOf(failure.firstFailedAt) ?? lastFailedAt,
    lastFailedAt,
    failure: short(failure.lastFailedAt).slice(0, 64),
    headers,
    body,
  };
}

const failureOfRejection = ({ reason, rejectedAt }: Rejection) =>
  ({
    class: 'malformed',
    error: reason,
    stack: undefined,
    attempts: 1,
    firstFailedAt: rejectedAt,
    lastFailedAt: rejectedAt,
  }) satisfies Partial<Failure>;

/** The broker dead-lettered it (RabbitMQ says why in `x-death`), or a foreign program sent it. */
function failureWithoutHeaders(
  headers: Record<string, string>,
): Pick<Failure, 'class' | 'error' | 'attempts'> & Partial<Failure> {
  const death = headers['x-death'];
  const error = death ? `dead-lettered by the broker: ${death}` : 'no reason given: it has no failure headers';
  return { class: 'transient', error, attempts: 0, lastFailedAt: death && digest(death) };
}

/** The same for the same bytes from the same place, so that a redelivery is recognised. */
const generatedId = ({ headers, body, place = '' }: RawDeadLetter): string =>
  `unnamed:${digest(JSON.stringify([place, headers]), body)}`;

const digest = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 32);
};

/** Undefined unless PostgreSQL and JavaScript agree on the time; outside of these years they do not. */
function timeOf(written: string | undefined): Date | undefined {
  const time = new Date(written ?? Number.NaN);
  const year = time.getUTCFullYear();
  return year >= 1970 && year < 10_000 ? time : undefined;
}

const text = (value = ''): string => storable(value, MAX_LENGTH.text);
const short = (value = ''): string => storable(value, MAX_LENGTH.name);
