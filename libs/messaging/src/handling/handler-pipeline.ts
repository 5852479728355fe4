import type { Logger } from '@waybill/outbox';
import type { Isolation, StartedAttempts } from '../attempts/index.js';
import type { ObjectStore } from '../claim-check/index.js';
import { decode } from './decode.middleware.js';
import { isolateSuspects } from './isolate-suspects.middleware.js';
import { observe } from './observe.middleware.js';
import { type Delivery, pipeline } from './pipeline.js';
import { redeemClaim } from './redeem-claim.middleware.js';
import { timeLimit } from './time-limit.middleware.js';
import { inTransaction, type TransactionDeps } from './transaction.middleware.js';
import { waitForDependency } from './wait-for-dependency.middleware.js';

export interface HandlerPipelineOptions extends TransactionDeps {
  attempts: StartedAttempts;
  /** One for all that a process handles, whatever it comes from: a crash takes all of it along. */
  turns: Isolation;
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
}: HandlerPipelineOptions): (delivery: Delivery) => Promise<void> {
  return pipeline(
    observe,
    waitForDependency(logger, stopping),
    isolateSuspects(attempts, turns),
    timeLimit,
    redeemClaim(objectStore),
    decode,
    inTransaction(deps),
  );
}
