/** How a handler ends when it does not simply return. Anything else it throws is transient: it is retried. */

/** A business rule rejects it, and always will: a dead letter without a retry. */
export class BusinessRejection extends Error {
  override readonly name = 'BusinessRejection';
}

/** The message is invalid: a dead letter without a retry. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/**
 * Redelivers the message after `ms` milliseconds without counting an attempt. RabbitMQ rounds up to one of the
 * queue's retry tiers; the longest one keeps a message for 8 s unless the queue declares others.
 */
export class Postpone extends Error {
  override readonly name = 'Postpone';

  constructor(
    readonly ms: number,
    reason = 'postponed',
  ) {
    super(reason);
  }
}

/** The message crashed its process each time it was handled in isolation. Thrown by the pipeline, never by a handler. */
export class CrashedProcess extends Error {
  override readonly name = 'CrashedProcess';

  constructor(readonly crashes: number) {
    super(`the process crashed ${crashes} times while it handled this message and no other`);
  }
}

/** The process stops before the message was handled: the broker delivers it again, and no attempt counts. */
export class Requeued extends Error {
  override readonly name = 'Requeued';

  constructor() {
    super('the process stops');
  }
}

/** Whether the pipeline or a handler has decided what happens to the message, whatever caused the error. */
export const isExplicit = (error: unknown): boolean =>
  [BusinessRejection, MalformedMessage, Postpone, CrashedProcess, Requeued].some((known) => error instanceof known);
