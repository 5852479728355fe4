export * from './documents.js';
export { EventStream, leaving, type ServerSentEvent } from './event-stream.js';
export * from './http-app.js';
export * from './operator-only.js';
export * from './platform.module.js';
export { sendProblem } from './problem.filter.js';
export * from './run-process.js';
