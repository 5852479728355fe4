import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('RabbitMQ by rabbitmq-client', () =>
  keepsConsumerPromises({ broker: 'rabbitmq', promises: { keepsKeysInOrder: false } }));
