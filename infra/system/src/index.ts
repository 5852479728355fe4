export { BLOCKED_PORTS } from './blocked-ports.js';
export * from './broker-results.js';
export { brokerTables } from './broker-tables.js';
export { carriersOf, usedServers } from './carriers.js';
export { requireComplete } from './check.js';
export { handledMessages } from './consumers.js';
export type { Carried, Process, Server, ServerName } from './declaration.js';
export * from './derived.js';
export { generate, generateFromSources } from './generate.js';
