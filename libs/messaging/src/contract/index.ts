export * from './async-api.js';
export * from './breaking-changes.js';
export * from './cloud-event-attributes.js';
export * from './contract.js';
export * from './json-schema.js';
export * from './namespace.js';
export * from './versions.js';
