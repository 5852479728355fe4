import type { Middleware } from './pipeline.js';

const LIMIT = 30_000;

/** Tells the handler by its `signal` that it has taken too long. */
export const timeLimit: Middleware = async (delivery, next) => {
  delivery.signal = AbortSignal.any([delivery.signal, AbortSignal.timeout(LIMIT)]);
  await next();
};
