export * from './endpoints.js';
export * from './fresh-database.js';
export * from './unique-name.js';
export * from './until.js';
