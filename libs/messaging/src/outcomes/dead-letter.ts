import { classNamed, type FailureClass } from './retry-policy.js';

/** Why and where a message was given up; it travels with the message as headers `x-waybill-*`. */
export interface Failure {
  /** Queue or topic it was taken from. */
  source: string;
  /** Service or group that gave it up. */
  consumer: string;
  class: FailureClass;
  error: string;
  stack?: string | undefined;
  /** How often it was handled. */
  attempts: number;
  /** RFC 3339. */
  firstFailedAt: string;
  lastFailedAt: string;
}

const PREFIX = 'x-waybill-';
const FAILURE_HEADERS = [
  'source',
  'consumer',
  'class',
  'error',
  'stack',
  'attempts',
  'first-failed-at',
  'last-failed-at',
];
/** Brokers bound the size of headers. */
const LONGEST = { error: 1_000, stack: 4_000 };

export function failureHeaders(failure: Failure): Record<string, string> {
  return {
    [`${PREFIX}source`]: failure.source,
    [`${PREFIX}consumer`]: failure.consumer,
    [`${PREFIX}class`]: failure.class,
    [`${PREFIX}error`]: failure.error.slice(0, LONGEST.error),
    ...(failure.stack && { [`${PREFIX}stack`]: failure.stack.slice(0, LONGEST.stack) }),
    [`${PREFIX}attempts`]: String(failure.attempts),
    [`${PREFIX}first-failed-at`]: failure.firstFailedAt,
    [`${PREFIX}last-failed-at`]: failure.lastFailedAt,
  };
}

/** Undefined when the headers are not those of a dead letter. */
export function failureOf(headers: Record<string, string | undefined>): Failure | undefined {
  const header = (name: string) => headers[PREFIX + name];
  const [source, consumer, failureClass] = [header('source'), header('consumer'), header('class')];
  if (!source || !consumer || !failureClass) return undefined;
  return {
    source,
    consumer,
    class: classNamed(failureClass),
    error: header('error') ?? '',
    stack: header('stack'),
    attempts: Number(header('attempts')),
    firstFailedAt: header('first-failed-at') ?? '',
    lastFailedAt: header('last-failed-at') ?? '',
  };
}

/** The headers without those of a failure: of a message that was resubmitted, to start anew. */
export function withoutFailure(headers: Record<string, string>): Record<string, string> {
  const names = FAILURE_HEADERS.map((name) => PREFIX + name);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** Where a queue's given-up messages wait for a person. */
export const deadLetterQueueOf = (queue: string): string => `${queue}-dlq`;

/** Where a consumer group's given-up events wait for a person. */
export const deadLetterTopicOf = (topic: string, group: string): string => `${topic}.${group}-dlq`;
