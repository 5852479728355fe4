import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import { isConflict, isDependencyUnavailable, type MessagingMetrics, Requeued } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const CONFLICTS = 10;

/**
 * Waits for an unavailable dependency, as long as it takes, by trying the same message again; and repeats a transaction
 * that lost to another one. Neither counts as an attempt. While all messages in flight wait, the consumer fetches no more:
 * that is its pause.
 */
export function waitForDependency(logger: Logger, metrics: MessagingMetrics, stopping: AbortSignal): Middleware {
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
            metrics.waitingForDependency.inc({ source });
            logger.warn(
              { err: error, messageId: message.id, source },
              'a dependency is unavailable, the message waits',
            );
          }
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
