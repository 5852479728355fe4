export * from './create-kafka.js';
export * from './kafka-client.js';
export * from './kafkajs-client.js';
export type { Kafka } from './kafkajs-types.js';
export { murmur2 } from './murmur2.js';
export { PartitionQueue } from './partition-queue.js';
export { PlatformaticClient } from './platformatic-client.js';
export type { UnreadEvents, UnreadPartition } from './unread-events.js';
export { UnreadRecords } from './unread-records.js';
