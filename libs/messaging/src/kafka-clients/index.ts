export * from './create-kafka.js';
export * from './kafka-client.js';
export * from './kafkajs-client.js';
export { PlatformaticClient } from './platformatic-client.js';
