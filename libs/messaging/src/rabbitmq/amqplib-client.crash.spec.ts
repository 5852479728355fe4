import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('RabbitMQ by amqplib', () =>
  keepsConsumerPromises({ broker: 'rabbitmq', promises: { keepsKeysInOrder: false, replays: false } }));
