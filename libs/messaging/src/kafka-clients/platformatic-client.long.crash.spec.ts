import { rabbitAndKafkaBy } from '../test/carriers.fixture.js';
import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('Kafka by @platformatic/kafka', () =>
  keepsConsumerPromises({
    broker: 'kafka',
    carriers: () => rabbitAndKafkaBy('@platformatic/kafka'),
    promises: { keepsKeysInOrder: true, replays: true },
  }));
