export type { NatsSettings } from './nats-library.js';
export { NatsLogClient } from './nats-log-client.js';
export { NatsQueueClient } from './nats-queue-client.js';
export { NatsTopicProgress } from './nats-topic-progress.js';
export { NatsTopology } from './nats-topics.js';
