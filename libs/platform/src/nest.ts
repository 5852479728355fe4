export * from './platform.module.js';
export * from './run-process.js';
export * from './temporal-worker.js';
