import { type ObjectStore, redeemed } from '../claim-check/index.js';
import { bodyReferenceOf } from '../envelope/index.js';
import type { Middleware } from './pipeline.js';

/**
 * Gives the handler the body that a reference stands for. Only the handler: what goes to a retry queue or to the dead
 * letters is the message that came, with its reference.
 */
export function redeemClaim(store: ObjectStore | undefined): Middleware {
  return async (delivery, next) => {
    const reference = bodyReferenceOf(delivery.message.headers);
    if (reference) {
      if (!store) throw new Error(`there is no object store to take ${reference.dataref} from`);
      delivery.message = { ...delivery.message, bytes: await redeemed(store, reference) };
    }
    await next();
  };
}
