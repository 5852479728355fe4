export * from './message.js';
export * from './tx.js';
