import { DEFAULT_NAMESPACE } from '../contract/index.js';
import { classNamed, type FailureClass } from './retry-policy.js';

/** Why and where a message was dead-lettered; it travels with the message as headers `x-<namespace>-*`. */
export interface Failure {
  /** Queue or topic from which it was consumed. */
  source: string;
  /** Service or consumer group that dead-lettered it. */
  consumer: string;
  class: FailureClass;
  error: string;
  stack?: string | undefined;
  /** How often it was handled. */
  attempts: number;
  /** RFC 3339. */
  firstFailedAt: string;
  lastFailedAt: string;
  /** The span in which it failed, as a W3C `traceparent`. */
  failedIn?: string | undefined;
}

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
/** Characters. Brokers bound the size of headers. */
const MAX_LENGTH = { error: 1_000, stack: 4_000 };

/** A header of this library, such as `x-waybill-attempts`. */
export const ownHeader = (name: string, namespace: string): string => `x-${namespace}-${name}`;

/** The headers without these of this library. */
export function withoutOwnHeaders<Value>(
  headers: Record<string, Value>,
  omitted: readonly string[],
  namespace: string,
): Record<string, Value> {
  const names = omitted.map((name) => ownHeader(name, namespace));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

export function failureHeaders(failure: Failure, namespace = DEFAULT_NAMESPACE): Record<string, string> {
  const { source, consumer, error, stack, attempts, firstFailedAt, lastFailedAt } = failure;
  const values = {
    source,
    consumer,
    class: failure.class,
    error: error.slice(0, MAX_LENGTH.error),
    ...(stack && { stack: stack.slice(0, MAX_LENGTH.stack) }),
    attempts: String(attempts),
    'first-failed-at': firstFailedAt,
    'last-failed-at': lastFailedAt,
    ...(failure.failedIn && { 'failed-in': failure.failedIn }),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [ownHeader(name, namespace), value]));
}

/** Undefined when the headers are not those of a dead letter. */
export function failureOf(
  headers: Record<string, string | undefined>,
  namespace = DEFAULT_NAMESPACE,
): Failure | undefined {
  const header = (name: string) => headers[ownHeader(name, namespace)];
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

/** The headers without those of a failure. */
export const withoutFailure = <Value>(headers: Record<string, Value>, namespace = DEFAULT_NAMESPACE) =>
  withoutOwnHeaders(headers, FAILURE_HEADERS, namespace);

/** A dead letter that comes from its queue again was resubmitted: without its failure it gets all its attempts again. */
export const sinceResubmission = (headers: Record<string, string>, namespace = DEFAULT_NAMESPACE) =>
  failureOf(headers, namespace) ? withoutFailure(headers, namespace) : headers;

/** Where the dead letters of a queue wait for an operator. */
export const deadLetterQueueOf = (queue: string): string => `${queue}-dlq`;

/** Where the dead letters of a consumer group wait for an operator. */
export const deadLetterTopicOf = (topic: string, group: string): string => `${topic}.${group}-dlq`;
