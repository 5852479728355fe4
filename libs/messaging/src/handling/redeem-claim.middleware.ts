import { type ObjectStore, redeem } from '../claim-check/index.js';
import { bodyReferenceOf } from '../envelope/index.js';
import type { Middleware } from './pipeline.js';

/**
 * Replaces a reference to the object store (claim check) by the body, for the handler only: a retry queue or a dead letter
 * gets the original message, with its reference.
 */
export function redeemClaim(store: ObjectStore | undefined): Middleware {
  return async (delivery, next) => {
    const reference = bodyReferenceOf(delivery.message.headers);
    if (reference) {
      if (!store) throw new Error(`no object store is configured to read ${reference.dataref} from`);
      delivery.message = { ...delivery.message, bytes: await redeem(store, reference) };
    }
    await next();
  };
}
