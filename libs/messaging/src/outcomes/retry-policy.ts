import { faultOf, sqlStateOf, withDefaults } from '@waybill/outbox';
import { BusinessRejection, CrashedProcess, MalformedMessage } from './handler-errors.js';

export const FAILURE_CLASSES = ['malformed', 'business', 'transient', 'crashing'] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** When a message that fails becomes a dead letter, and how long it waits before. */
export interface RetryPolicy {
  /** Retries after a transient failure. Default 3. */
  retries: number;
  /** Upper limit of the random delay before the first retry, in ms; it quadruples with each retry. Default 500. */
  retryDelay: number;
  /** Crashes of the process while it handled the message in isolation. Default 3. */
  crashes: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { retries: 3, retryDelay: 500, crashes: 3 };

/** The class with this name; any other name counts as transient. */
export const classNamed = (name: string): FailureClass =>
  FAILURE_CLASSES.find((known) => known === name) ?? 'transient';

/** What PostgreSQL cannot store is malformed; what one of its constraints forbids (SQLSTATE class 23) is rejected by the business. */
export function classOf(error: unknown): FailureClass {
  if (error instanceof MalformedMessage) return 'malformed';
  if (error instanceof BusinessRejection) return 'business';
  if (error instanceof CrashedProcess) return 'crashing';
  if (faultOf(error) === 'data') return sqlStateOf(error)?.startsWith('23') ? 'business' : 'malformed';
  return 'transient';
}

/** Whether a message is a dead letter after its `attempts`-th failure; of class `crashing`, after so many crashes. */
export function isDeadLetter(failure: FailureClass, attempts: number, policy: Partial<RetryPolicy> = {}): boolean {
  const { retries, crashes } = withDefaults(DEFAULT_RETRY_POLICY, policy);
  if (failure === 'crashing') return attempts >= crashes;
  return failure === 'malformed' || failure === 'business' || attempts > retries;
}

/**
 * Milliseconds until the next attempt after `attempts` failures: random up to an exponentially growing bound (full jitter),
 * so that messages that failed together do not come back together. RabbitMQ rounds it up to a retry queue.
 */
export function retryDelay(
  attempts: number,
  policy: Partial<RetryPolicy> = {},
  random: () => number = Math.random,
): number {
  const { retryDelay: first } = withDefaults(DEFAULT_RETRY_POLICY, policy);
  return Math.ceil(random() * first * 4 ** (attempts - 1));
}
