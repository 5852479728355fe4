export * from './arrival-history.js';
export * from './backlog-monitor.js';
export * from './measured-consumers.js';
export * from './queue-depths.js';
