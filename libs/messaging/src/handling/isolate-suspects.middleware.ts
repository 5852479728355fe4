import { setTimeout as pause } from 'node:timers/promises';
import type { Isolation, StartedAttempts } from '../attempts/index.js';
import { CrashedProcess, isDeadLetter, Postpone } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

/** How long other messages continue before one that crashed its process is tried again. */
const WAIT = 8_000;
/** How long to wait for the messages in flight before the suspect is put off. */
const OTHERS_END_WITHIN = 5_000;
/** A message that takes longer no longer delays the others, and is no longer blamed for a crash. */
const LONGEST_ISOLATION = 10_000;

/**
 * Handles crash suspects in isolation, so that a crash has one possible cause. After a crash the other messages
 * continue first for a while: a process that is killed from outside then dies while it handles another message.
 */
export function isolateSuspects(attempts: StartedAttempts, isolation: Isolation): Middleware {
  return async (delivery, next) => {
    const { message, registration, suspicion } = delivery;
    if (!suspicion) return isolation.share(next);

    const { crashes, waited, elsewhere } = suspicion;
    if (isDeadLetter('crashing', crashes, registration.options)) throw new CrashedProcess(crashes);
    if (elsewhere) throw new Postpone(WAIT, 'another process handles it in isolation');
    if (crashes > 0 && !waited) {
      await attempts.wait(message.id);
      throw new Postpone(WAIT, `the process crashed while it handled this message in isolation (${crashes} times)`);
    }
    let handling = Promise.resolve();
    const wasIsolated = await isolation.isolate(async () => {
      await attempts.enterIsolation(message.id);
      handling = next();
      await endOf(handling);
      await attempts.clear(message.id, suspicion);
      delivery.suspicion = undefined;
    }, OTHERS_END_WITHIN);
    if (!wasIsolated) {
      await attempts.wait(message.id);
      throw new Postpone(WAIT, 'it cannot be isolated while other messages take long');
    }
    await handling;
  };
}

/** Resolves when it has ended, at the latest after the longest isolation. */
async function endOf(handling: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = pause(LONGEST_ISOLATION, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([handling.catch(() => {}), late]);
  timer.abort();
}
