import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import { isConflict, isDependencyUnavailable, waitingForDependency } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const CONFLICTS = 10;

/** The process stops while a message waits for a dependency: it goes back to where it came from, untouched. */
export class Requeued extends Error {}

/**
 * Waits for a dependency that is away, as long as it takes, by trying the same message again; and repeats what lost
 * against another transaction. Neither is an attempt. While all messages in hand wait, the consumer takes no more: that
 * is its pause.
 */
export function waitForDependency(logger: Logger, stopping: AbortSignal): Middleware {
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
          if (!isDependencyUnavailable(error)) throw error;
          if (!waiting) {
            waiting = true;
            waitingForDependency.inc({ source });
            logger.warn({ err: error, messageId: message.id, source }, 'a dependency is away, the message waits');
          }
        }
        await pause(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping }).catch(() => {
          throw new Requeued('the process stops');
        });
        longest = Math.min(longest * 2, LONGEST_PAUSE);
      }
    } finally {
      if (waiting) waitingForDependency.dec({ source });
    }
  };
}
