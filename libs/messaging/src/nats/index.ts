export { connectNats, loadNats } from './nats-library.js';
export { NatsLogClient } from './nats-log-client.js';
export { NatsQueueClient } from './nats-queue-client.js';
export { NatsQueueDepths } from './nats-queue-depths.js';
export type { NatsSettings } from './nats-settings.js';
export { NatsTopicOffsets } from './nats-topic-offsets.js';
export { NatsTopicProgress } from './nats-topic-progress.js';
export { NatsTopology } from './nats-topology.js';
export { NatsUnread } from './nats-unread.js';
