export * from './isolation.js';
export * from './session-lock.js';
export * from './started-attempts.js';
