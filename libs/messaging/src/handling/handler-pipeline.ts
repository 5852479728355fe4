import type { Logger } from '@waybill/outbox';
import type { Isolation, StartedAttempts } from '../attempts/index.js';
import type { ObjectStore } from '../claim-check/index.js';
import type { MessagingMetrics } from '../outcomes/index.js';
import { decode } from './decode.middleware.js';
import { filter } from './filter.middleware.js';
import { isolateSuspects } from './isolate-suspects.middleware.js';
import { observe } from './observe.middleware.js';
import { type Delivery, type Middleware, pipeline } from './pipeline.js';
import { redeemClaim } from './redeem-claim.middleware.js';
import { timeLimit } from './time-limit.middleware.js';
import { inTransaction, type TransactionOptions } from './transaction.middleware.js';
import { waitForDependency } from './wait-for-dependency.middleware.js';

export interface HandlerPipelineOptions extends TransactionOptions {
  attempts: StartedAttempts;
  /** One for all that a process handles, whatever it comes from: a crash takes all of it down. */
  isolation: Isolation;
  /** Where large bodies are stored, if anywhere. */
  objectStore?: ObjectStore | undefined;
  /** The application's own, around its handlers' transactions. The body is decoded; they run again when an attempt waited for a dependency or lost a conflict. */
  middlewares?: readonly Middleware[] | undefined;
  stopping: AbortSignal;
  metrics: MessagingMetrics;
  logger: Logger;
}

/** Everything around a handler, from the outside in. A message that waits for a dependency does not delay isolation. */
export function handlerPipeline(options: HandlerPipelineOptions): (delivery: Delivery) => Promise<void> {
  const { attempts, isolation, objectStore, middlewares = [], stopping, metrics, logger } = options;
  return pipeline(
    observe(metrics),
    waitForDependency(logger, metrics, stopping),
    isolateSuspects(attempts, isolation),
    timeLimit,
    redeemClaim(objectStore),
    decode,
    filter,
    ...middlewares,
    inTransaction(options),
  );
}
