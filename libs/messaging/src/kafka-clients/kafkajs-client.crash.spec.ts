import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('Kafka by kafkajs', () =>
  keepsConsumerPromises({ broker: 'kafka', promises: { keepsKeysInOrder: true, replays: true } }));
