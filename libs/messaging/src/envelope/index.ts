export * from './body-reference.js';
export * from './cloud-event.js';
export * from './identity.js';
export * from './message-id.js';
export * from './received-message.js';
export * from './split-batch.js';
export * from './structured.js';
export * from './text.js';
