export type { Answer, GivenAnswer, WorkAnswer } from './answer.js';
export * from './canonical-json.js';
export * from './expiry.js';
export * from './fingerprint.js';
export * from './idempotency-key-header.js';
export * from './idempotency-keys.js';
export * from './inbox.js';
export * from './migrations.js';
export * from './postgres-idempotency-keys.js';
