export * from './consumers.js';
export { contracts } from './contracts.js';
export { ORDERS_FOR_REVIEW } from './dead-letter-queues.js';
export * from './messages.js';
export * from './payments.activities.js';
export * from './queues.js';
export * from './topics.js';
export * from './topology.js';
export * from './values.js';
