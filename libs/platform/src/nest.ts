export * from './documents.js';
export * from './http-app.js';
export * from './operator-only.js';
export * from './platform.module.js';
export * from './run-process.js';
