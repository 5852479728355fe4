export * from './clients.js';
export { operatorName, setOperatorName } from './operator-name.js';
export { messageOf, type Problem, ProblemError } from './problem.js';
export * from './shop.js';
export { type LiveData, useEvents } from './use-events.js';
