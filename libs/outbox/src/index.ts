export { type Backlog, outboxBacklog } from './backlog.js';
export { gathered } from './gathered.js';
export { allEnded, GroupCommit, type GroupCommitOptions } from './group-commit.js';
export * from './message.js';
export * from './migrations.js';
export * from './postgres-outbox.js';
export * from './relay.js';
export * from './surroundings.js';
export * from './tx.js';
