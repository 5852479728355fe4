export * from './batch-runner.js';
export * from './batches.js';
export { collectedDeadLetter, type RawDeadLetter } from './collected-dead-letter.js';
export * from './collector.js';
export * from './dead-letter.js';
export type { ReadBody } from './dead-letter-body.js';
export * from './dead-letter-expiry.js';
export {
  type DeadLetterFilter,
  type DeadLetterGroup,
  DeadLetterQueries,
  type DeadLetterQueriesOptions,
  type Depth,
  type Page,
  type PageRequest,
} from './dead-letter-queries.js';
export * from './dead-letter-store.js';
export * from './failure-group.js';
export * from './kafka-collector.js';
export { registerDepthMetrics } from './metrics.js';
export * from './migrations.js';
export * from './rabbit-collector.js';
export * from './review.js';
export * from './review-error.js';
