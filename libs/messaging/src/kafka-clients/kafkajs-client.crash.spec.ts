import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('Kafka by kafkajs', () =>
  keepsConsumerPromises({ broker: 'kafka', kafkaClient: 'kafkajs', promises: { keepsKeysInOrder: true } }));
