export * from './batch-runner.js';
export * from './batches.js';
export {
  DeadLetterQueries,
  type DeadLetterQueriesOptions,
  type Depth,
  type LetterFilter,
  type LetterGroup,
  type Page,
  type PageRequest,
} from './dead-letter-queries.js';
export * from './dead-letters.js';
export * from './failure-group.js';
export { foundLetter, type RawLetter } from './found-letter.js';
export * from './intake.js';
export * from './kafka-intake.js';
export * from './letter.js';
export type { ReadBody } from './letter-body.js';
export * from './letter-expiry.js';
export { registerDepthMetrics } from './metrics.js';
export * from './migrations.js';
export * from './rabbit-intake.js';
export * from './review.js';
