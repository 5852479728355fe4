import { setTimeout as pause } from 'node:timers/promises';
import type { Isolation, StartedAttempts } from '../attempts/index.js';
import { CrashedProcess, isDeadLetter, Postpone } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

/** How long others go on before a message that has ended its process is tried again. */
const WAIT = 8_000;
/** How long the messages in hand get to end before one of them goes away unhandled to come again. */
const OTHERS_END_WITHIN = 5_000;
/** A message that is handled for longer does not keep the others from their turn, and was not what ended the process. */
const LONGEST_ALONE = 10_000;

/**
 * Handles suspects alone, so that a crash has one possible cause. After a crash the others go on for a while first: a
 * process that is killed from outside then dies at another moment than just this one.
 */
export function isolateSuspects(attempts: StartedAttempts, turns: Isolation): Middleware {
  return async (delivery, next) => {
    const { message, suspicion } = delivery;
    if (!suspicion) return turns.together(next);

    const { crashes, waited, elsewhere } = suspicion;
    if (isDeadLetter('crashing', crashes)) throw new CrashedProcess(crashes);
    if (elsewhere) throw new Postpone(WAIT, 'another process is alone with it');
    if (crashes > 0 && !waited) {
      await attempts.wait(message.id);
      throw new Postpone(WAIT, `the process ended while it handled this message alone (${crashes} times)`);
    }
    let handling = Promise.resolve();
    const wasAlone = await turns.alone(async () => {
      await attempts.enterIsolation(message.id);
      handling = next();
      await endOf(handling);
      await attempts.acquit(message.id, suspicion);
      delivery.suspicion = undefined;
    }, OTHERS_END_WITHIN);
    if (!wasAlone) {
      await attempts.wait(message.id);
      throw new Postpone(WAIT, 'it can not be alone while other messages take long');
    }
    await handling;
  };
}

/** However it ends, but no longer than it may be alone. */
async function endOf(handling: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = pause(LONGEST_ALONE, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([handling.catch(() => {}), late]);
  timer.abort();
}
