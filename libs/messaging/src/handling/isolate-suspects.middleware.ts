import type { Isolation, StartedAttempts } from '../attempts/index.js';
import { identityOf } from '../envelope/index.js';
import { CrashedProcess, isDeadLetter, Postpone, settlesWithin } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

/** How long other messages continue before one that crashed its process is tried again. */
const WAIT = 8_000;
/** How long to wait for the messages in flight before the suspect is put off. */
const OTHERS_END_WITHIN = 5_000;
/** A message that takes longer no longer delays the others, and is no longer blamed for a crash; nor is one that would be isolated beside it. */
const LONGEST_ISOLATION = 10_000;

/**
 * Handles crash suspects in isolation, so that a crash has one possible cause. After a crash the other messages
 * continue first for a while: a process that is killed from outside then dies while it handles another message. A handler that
 * opts out neither waits for others nor keeps them waiting.
 */
export function isolateSuspects(attempts: StartedAttempts, isolation: Isolation): Middleware {
  return async (delivery, next) => {
    const { message, registration, suspicion } = delivery;
    if (registration.options.isolation === false) return next();
    if (!suspicion) return isolation.share(next);

    const identity = identityOf(message);
    const { crashes, waited, elsewhere } = suspicion;
    if (isDeadLetter('crashing', crashes, registration.options)) throw new CrashedProcess(crashes);
    if (elsewhere) throw new Postpone(WAIT, 'another process handles it in isolation');
    if (crashes > 0 && !waited) {
      await attempts.wait(identity);
      throw new Postpone(WAIT, `the process crashed while it handled this message in isolation (${crashes} times)`);
    }
    let handling = Promise.resolve();
    const wasIsolated = await isolation.isolate(async () => {
      await attempts.enterIsolation(identity);
      handling = next();
      if (!(await settlesWithin(LONGEST_ISOLATION, handling))) isolation.keepRunning(handling);
      await attempts.clear(identity, suspicion);
      delivery.suspicion = undefined;
    }, OTHERS_END_WITHIN);
    if (!wasIsolated) {
      await attempts.wait(identity);
      throw new Postpone(WAIT, 'it cannot be isolated while other messages take long');
    }
    await handling;
  };
}
