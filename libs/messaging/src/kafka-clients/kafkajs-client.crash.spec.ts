import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('Kafka by kafkajs', () =>
  keepsConsumerPromises({ broker: 'kafka', carrier: 'kafkajs', promises: { keepsKeysInOrder: true, replays: true } }));
