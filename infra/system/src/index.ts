export { requireComplete } from './check.js';
export type { Process, Server, ServerName } from './declaration.js';
export * from './derived.js';
export { generate } from './generate.js';
