export * from './backlog-monitor.js';
export * from './measured-consumers.js';
export { backlogMetrics } from './metrics.js';
