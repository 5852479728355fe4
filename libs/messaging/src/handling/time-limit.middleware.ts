import type { Middleware } from './pipeline.js';

const TIME_LIMIT = 30_000;

/** Aborts the handler's `signal` when it has exceeded its time limit. */
export const timeLimit: Middleware = async (delivery, next) => {
  const { signal, registration } = delivery;
  delivery.signal = AbortSignal.any([signal, AbortSignal.timeout(registration.options.timeLimit ?? TIME_LIMIT)]);
  try {
    await next();
  } finally {
    delivery.signal = signal;
  }
};
