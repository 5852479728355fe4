export type { NatsSettings } from './nats-library.js';
export { NatsLogClient } from './nats-log-client.js';
export { NatsTopology } from './nats-topics.js';
