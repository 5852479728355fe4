export * from './async-api.js';
export * from './platform.module.js';
export * from './run-process.js';
