import type { Logger } from '@waybill/outbox';
import type { ReceivedMessage } from '../envelope/index.js';
import { failureHeaders } from './dead-letter.js';
import { CrashedProcess, Postpone, Requeued } from './handler-errors.js';
import type { MessagingMetrics } from './metrics.js';
import { classOf, type FailureClass, isDeadLetter, type RetryPolicy, retryDelay } from './retry-policy.js';

/** What a consumer does with a message once it was handled. */
export type Outcome =
  | { kind: 'done' }
  /** The process stops: the broker delivers the message again. */
  | { kind: 'requeued' }
  /** Again after `ms` milliseconds; `attempted`: whether this counts as an attempt. */
  | { kind: 'later'; ms: number; attempted: boolean; error: Error }
  | DeadLettered;

export interface DeadLettered {
  kind: 'dead-letter';
  class: FailureClass;
  error: Error;
  attempts: number;
  /** The span in which it failed, as a W3C `traceparent`. */
  failedIn?: string | undefined;
}

export interface OutcomeOptions {
  /** The message's type in metrics: what comes from outside is no metric of its own. */
  type: string;
  /** Of the message's handler; default `DEFAULT_RETRY_POLICY`. */
  policy?: Partial<RetryPolicy> | undefined;
  metrics: MessagingMetrics;
  logger: Logger;
}

/** Handles a message and resolves with its outcome; never rejects. */
export async function outcomeOf(
  message: ReceivedMessage,
  handling: () => Promise<void>,
  { type: known, policy, metrics, logger }: OutcomeOptions,
): Promise<Outcome> {
  const outcome = await handling().then(
    (): Outcome => ({ kind: 'done' }),
    (error) => decideOutcome(message, error, policy),
  );
  const { type, id, subject, attempt } = message;
  const source = message.from.name;
  metrics.handled.inc({ source, type: known, outcome: outcome.kind });
  if (outcome.kind === 'later') {
    const { error: err, ms } = outcome;
    logger.warn({ err, messageId: id, type, subject, attempt, ms }, 'the message will be retried');
  }
  if (outcome.kind === 'dead-letter') {
    metrics.deadLetters.inc({ source, class: outcome.class });
    logger.error({ err: outcome.error, messageId: id, type, subject, class: outcome.class }, 'dead-lettered a message');
  }
  return outcome;
}

/** Decides whether a message whose handling failed is retried or a dead letter. */
export function decideOutcome(
  { attempt }: Pick<ReceivedMessage, 'attempt'>,
  thrown: unknown,
  policy?: Partial<RetryPolicy>,
): Outcome {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof Requeued) return { kind: 'requeued' };
  if (error instanceof Postpone) return { kind: 'later', ms: error.ms, attempted: false, error };
  if (error instanceof CrashedProcess) {
    return { kind: 'dead-letter', class: 'crashing', error, attempts: attempt - 1 + error.crashes };
  }
  const failure = classOf(error);
  if (isDeadLetter(failure, attempt, policy)) return { kind: 'dead-letter', class: failure, error, attempts: attempt };
  return { kind: 'later', ms: retryDelay(attempt, policy), attempted: true, error };
}

/** A failed message's headers in addition to its own. */
export function deadLetterHeaders(
  message: ReceivedMessage,
  { class: failureClass, error, attempts, failedIn }: DeadLettered,
  consumer: string,
  namespace?: string,
): Record<string, string> {
  const now = new Date().toISOString();
  return failureHeaders(
    {
      source: message.from.name,
      consumer,
      class: failureClass,
      error: error.message,
      stack: error.stack,
      attempts,
      firstFailedAt: message.firstFailedAt ?? now,
      lastFailedAt: now,
      failedIn,
    },
    namespace,
  );
}
