import { keepsConsumerPromises } from './consumer-conformance.fixture.js';

describe('Kafka by @platformatic/kafka', () =>
  keepsConsumerPromises({ broker: 'kafka', kafkaClient: '@platformatic/kafka', promises: { keepsKeysInOrder: true } }));
