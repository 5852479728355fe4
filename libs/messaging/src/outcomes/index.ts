export * from './dead-letter.js';
export * from './dependency-unavailable.js';
export * from './handler-errors.js';
export * from './metrics.js';
export * from './outcome.js';
export * from './retry-forever.js';
export * from './retry-policy.js';
export * from './with-timeout.js';
