import type { Middleware } from './pipeline.js';

/** Skips a message that its handler's `filter` does not let through. */
export const filter: Middleware = async ({ registration, body }, next) => {
  const { filter: isWanted } = registration.options;
  if (!isWanted || isWanted(body as never)) await next();
};
