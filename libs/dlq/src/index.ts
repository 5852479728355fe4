export * from './audit-log.js';
export {
  BATCH_ACTIONS,
  BATCH_STATUSES,
  type Batch,
  type BatchAction,
  type BatchPlan,
  type BatchRequest,
  type BatchSelection,
  type BatchStatus,
} from './batch.js';
export * from './batch-runner.js';
export * from './batches.js';
export * from './collector.js';
export * from './consumer-registrations.js';
export * from './dead-letter.js';
export type { ReadBody } from './dead-letter-body.js';
export * from './dead-letter-expiry.js';
export type { DeadLetterFilter } from './dead-letter-filter.js';
export type { DeadLetterGroup } from './dead-letter-group.js';
export { DeadLetterQueries, type DeadLetterQueriesOptions, type Depth } from './dead-letter-queries.js';
export * from './dead-letter-sources.js';
export * from './dead-letter-store.js';
export * from './failure-group.js';
export * from './kafka-collector.js';
export { registerDepthMetrics } from './metrics.js';
export * from './migrations.js';
export type { Page, PageRequest } from './page.js';
export { parseDeadLetter, type RawDeadLetter } from './parse-dead-letter.js';
export * from './rabbit-collector.js';
export type { StoredMessage } from './resubmission.js';
export * from './review.js';
export * from './review-error.js';
