import { type ObjectStore, redeemedBody } from '../claim-check/index.js';
import type { Middleware } from './pipeline.js';

/**
 * Replaces a reference to the object store (claim check) by the body, for the handler only: a retry queue or a dead letter
 * gets the original message, with its reference.
 */
export function redeemClaim(store: ObjectStore | undefined): Middleware {
  return async (delivery, next) => {
    const bytes = await redeemedBody(delivery.message, store);
    delivery.message = { ...delivery.message, bytes };
    await next();
  };
}
