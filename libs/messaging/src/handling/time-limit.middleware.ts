import type { Middleware } from './pipeline.js';

const LIMIT = 30_000;

/** Tells the handler by its `signal` that it has taken too long; each try has the whole time. */
export const timeLimit: Middleware = async (delivery, next) => {
  const { signal } = delivery;
  delivery.signal = AbortSignal.any([signal, AbortSignal.timeout(LIMIT)]);
  try {
    await next();
  } finally {
    delivery.signal = signal;
  }
};
