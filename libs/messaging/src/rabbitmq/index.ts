export { AmqplibClient } from './amqplib-client.js';
export * from './late-replies.js';
export * from './rabbit-client.js';
export * from './rabbit-consumer.js';
export * from './rabbit-envelope.js';
export * from './rabbit-publisher.js';
export * from './rabbit-topology.js';
export * from './unconfirmed-rabbit-publisher.js';
