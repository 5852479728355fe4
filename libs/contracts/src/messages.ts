// Written by `npm run generate` from the files of this folder.
export * from './catalog.events.js';
export * from './email.tasks.js';
export * from './inventory.events.js';
export * from './inventory.tasks.js';
export * from './orders.events.js';
export * from './orders.tasks.js';
export * from './payments.events.js';
export * from './webhooks.tasks.js';
