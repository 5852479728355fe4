import { keepsConsumerPromises } from './consumer-conformance.fixture.js';

describe('RabbitMQ by amqplib', () =>
  keepsConsumerPromises({ broker: 'rabbitmq', promises: { keepsKeysInOrder: false } }));
