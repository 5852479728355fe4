import { suspectsAlone } from './alone.middleware.js';
import { decode } from './decode.middleware.js';
import type { ObjectStore } from './object-store.js';
import { observe } from './observe.middleware.js';
import { patience } from './patience.middleware.js';
import { type Delivery, pipeline } from './pipeline.js';
import { redeemClaim } from './redeem-claim.middleware.js';
import type { StartedAttempts } from './started-attempts.js';
import type { Logger } from './surroundings.js';
import { timeLimit } from './time-limit.middleware.js';
import { inTransaction, type TransactionDeps } from './transaction.middleware.js';
import type { Turns } from './turns.js';

export interface HandlerPipelineDeps extends TransactionDeps {
  attempts: StartedAttempts;
  /** One for all that a process handles, whatever it comes from: a crash takes all of it along. */
  turns: Turns;
  /** Where large bodies lie, if anywhere. */
  objectStore?: ObjectStore | undefined;
  stopping: AbortSignal;
  logger: Logger;
}

/** All that is around a handler. What waits for a dependency is not being handled, so it keeps nobody from being alone. */
export function handlerPipeline({
  attempts,
  turns,
  objectStore,
  stopping,
  logger,
  ...deps
}: HandlerPipelineDeps): (delivery: Delivery) => Promise<void> {
  return pipeline(
    observe,
    patience(logger, stopping),
    suspectsAlone(attempts, turns),
    timeLimit,
    redeemClaim(objectStore),
    decode,
    inTransaction(deps),
  );
}
