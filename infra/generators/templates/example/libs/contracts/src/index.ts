export * from './consumers.js';
export { contracts } from './contracts.js';
export * from './messages.js';
export * from './personal-data.js';
export * from './queues.js';
export * from './topics.js';
export * from './topology.js';
export * from './values.js';
