/** How a handler ends when it does not simply return. Anything else it throws is transient: it is retried. */

/** The business says no, and will say so again: a dead letter without a retry. */
export class BusinessRejection extends Error {
  override readonly name = 'BusinessRejection';
}

/** The message makes no sense and never will: a dead letter without a retry. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** Not now: the message comes again after `ms` milliseconds, and this does not count as an attempt. */
export class Postpone extends Error {
  override readonly name = 'Postpone';

  constructor(
    readonly ms: number,
    reason = 'postponed',
  ) {
    super(reason);
  }
}

/** The message crashed its process each time it was handled in isolation. Handlers don't throw it: they are gone by then. */
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
