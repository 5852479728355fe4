import { handlingSeconds } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

/** Measures how long a message takes. */
export const observe: Middleware = async ({ message }, next) => {
  const stop = handlingSeconds.startTimer({ source: message.from.name, type: message.type });
  try {
    await next();
  } finally {
    stop();
  }
};
