export * from './carrier-options.js';
export * from './event-carrier.js';
export * from './task-carrier.js';
