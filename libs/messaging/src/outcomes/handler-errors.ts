/** How a handler ends when it does not simply return. Anything else it throws is transient: it is tried again. */

/** The business says no, and will say so again: a dead letter at once. */
export class BusinessRejection extends Error {
  override readonly name = 'BusinessRejection';
}

/** The message makes no sense and never will: a dead letter at once. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** Not now: the message comes again after so many milliseconds, and this was no attempt. */
export class Postpone extends Error {
  override readonly name = 'Postpone';

  constructor(
    readonly ms: number,
    reason = 'postponed',
  ) {
    super(reason);
  }
}

/** The process ended each time it was alone with this message. Not thrown by handlers: they are gone by then. */
export class CrashedProcess extends Error {
  override readonly name = 'CrashedProcess';

  constructor(readonly crashes: number) {
    super(`the process ended ${crashes} times while it handled this message and no other`);
  }
}
