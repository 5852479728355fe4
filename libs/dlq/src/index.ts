export * from './dead-letter.js';
export * from './outcomes.js';
export * from './policy.js';
