import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import { isConflict, isDependencyUnavailable, type MessagingMetrics, Postpone, Requeued } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const CONFLICTS = 10;
/** How long an event waits in the consumer. Then it is parked for a while, so that it does not take the place of others. */
const LONGEST_WAIT = 10_000;

/**
 * Waits for an unavailable dependency, as long as it takes, by trying the same message again; and repeats a transaction
 * that lost to another one. Neither counts as an attempt. While all messages in flight wait, the consumer fetches no more:
 * that is its pause. An event that waits for long is postponed: what is unavailable may be so for it only, such as a locked row.
 */
export function waitForDependency(logger: Logger, metrics: MessagingMetrics, stopping: AbortSignal): Middleware {
  return async ({ message }, next) => {
    const source = message.from.name;
    let longest = FIRST_PAUSE;
    let waiting = false;
    const start = performance.now();
    try {
      for (let conflicts = 0; ; ) {
        try {
          return await next();
        } catch (error) {
          if (isConflict(error) && ++conflicts <= CONFLICTS) continue;
          if (!isDependencyUnavailable(error)) throw error;
          if (!waiting) {
            waiting = true;
            metrics.waitingForDependency.inc({ source });
            logger.warn(
              { err: error, messageId: message.id, source },
              'a dependency is unavailable, the message waits',
            );
          }
          if (message.from.kind === 'topic' && performance.now() - start > LONGEST_WAIT)
            throw new Postpone(LONGEST_PAUSE, 'a dependency is unavailable');
        }
        await pause(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping }).catch(() => {
          throw new Requeued();
        });
        longest = Math.min(longest * 2, LONGEST_PAUSE);
      }
    } finally {
      if (waiting) metrics.waitingForDependency.dec({ source });
    }
  };
}
