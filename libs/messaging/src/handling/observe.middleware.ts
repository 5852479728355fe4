import type { MessagingMetrics } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

/** Measures how long a message takes. */
export function observe({ handlingSeconds }: MessagingMetrics): Middleware {
  return async ({ message }, next) => {
    const stop = handlingSeconds.startTimer({ source: message.from.name, type: message.type });
    try {
      await next();
    } finally {
      stop();
    }
  };
}
