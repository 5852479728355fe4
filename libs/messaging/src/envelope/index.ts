export * from './body-reference.js';
export * from './cloud-event.js';
export * from './received-message.js';
export * from './split-batch.js';
