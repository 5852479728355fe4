import { setTimeout as pause } from 'node:timers/promises';
import { isConflict, isDependencyAway } from './dependency-away.js';
import { waitingForDependency } from './metrics.js';
import type { Middleware } from './pipeline.js';
import type { Logger } from './surroundings.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const CONFLICTS = 10;

/** The process stops while a message waits for a dependency: it goes back to where it came from, untouched. */
export class GivenBack extends Error {}

/**
 * Waits for a dependency that is away, as long as it takes, by trying the same message again; and repeats what lost
 * against another transaction. Neither is an attempt. While all messages in hand wait, the consumer takes no more: that
 * is its pause.
 */
export function patience(logger: Logger, stopping: AbortSignal): Middleware {
  return async ({ message }, next) => {
    const source = message.from.name;
    let longest = FIRST_PAUSE;
    let waiting = false;
    try {
      for (let conflicts = 0; ; ) {
        try {
          return await next();
        } catch (error) {
          if (isConflict(error) && ++conflicts <= CONFLICTS) continue;
          if (!isDependencyAway(error)) throw error;
          if (!waiting) {
            waiting = true;
            waitingForDependency.inc({ source });
            logger.warn({ err: error, messageId: message.id, source }, 'a dependency is away, the message waits');
          }
        }
        await pause(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping }).catch(() => {
          throw new GivenBack('the process stops');
        });
        longest = Math.min(longest * 2, LONGEST_PAUSE);
      }
    } finally {
      if (waiting) waitingForDependency.dec({ source });
    }
  };
}
