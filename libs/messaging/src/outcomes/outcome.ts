import type { Logger } from '@waybill/outbox';
import type { ReceivedMessage } from '../envelope/index.js';
import { Requeued } from '../handling/index.js';
import { failureHeaders } from './dead-letter.js';
import { CrashedProcess, Postpone } from './handler-errors.js';
import * as metrics from './metrics.js';
import { classOf, type FailureClass, isDeadLetter, retryDelay } from './retry-policy.js';

/** What is to be done with a message now that it was handled. */
export type Outcome =
  | { kind: 'done' }
  /** The process stops: whoever comes next takes it. */
  | { kind: 'requeued' }
  /** Again after so many milliseconds; `attempted` tells whether this was an attempt. */
  | { kind: 'later'; ms: number; attempted: boolean; error: Error }
  | DeadLettered;

export interface DeadLettered {
  kind: 'dead-letter';
  class: FailureClass;
  error: Error;
  attempts: number;
}

/** What a dead letter says of itself beside the message. */
export function deadLetterHeaders(
  message: ReceivedMessage,
  given: DeadLettered,
  consumer: string,
): Record<string, string> {
  const now = new Date().toISOString();
  return failureHeaders({
    source: message.from.name,
    consumer,
    class: given.class,
    error: given.error.message,
    stack: given.error.stack,
    attempts: given.attempts,
    firstFailedAt: message.firstFailedAt ?? now,
    lastFailedAt: now,
  });
}

/** Handles a message and says how it ended; never rejects. */
export async function outcomeOf(
  message: ReceivedMessage,
  handling: () => Promise<void>,
  logger: Logger,
): Promise<Outcome> {
  const outcome = await handling().then(
    (): Outcome => ({ kind: 'done' }),
    (error) => judge(message, error),
  );
  const { type, id, subject } = message;
  metrics.handled.inc({ source: message.from.name, type, outcome: outcome.kind });
  if (outcome.kind === 'later') {
    logger.warn(
      { err: outcome.error, messageId: id, type, subject, attempt: message.attempt, ms: outcome.ms },
      'the message comes again later',
    );
  }
  if (outcome.kind === 'dead-letter') {
    metrics.deadLetters.inc({ source: message.from.name, class: outcome.class });
    logger.error({ err: outcome.error, messageId: id, type, subject, class: outcome.class }, 'the message is given up');
  }
  return outcome;
}

function judge({ attempt }: ReceivedMessage, thrown: unknown): Outcome {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof Requeued) return { kind: 'requeued' };
  if (error instanceof Postpone) return { kind: 'later', ms: error.ms, attempted: false, error };
  if (error instanceof CrashedProcess) {
    return { kind: 'dead-letter', class: 'crashing', error, attempts: attempt - 1 + error.crashes };
  }
  const failure = classOf(error);
  if (isDeadLetter(failure, attempt)) return { kind: 'dead-letter', class: failure, error, attempts: attempt };
  return { kind: 'later', ms: retryDelay(attempt), attempted: true, error };
}
