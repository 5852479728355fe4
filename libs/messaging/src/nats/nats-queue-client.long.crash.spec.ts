import { natsAlone } from '../test/carriers.fixture.js';
import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('NATS JetStream', () =>
  keepsConsumerPromises({
    broker: 'rabbitmq',
    carriers: natsAlone,
    promises: { keepsKeysInOrder: false, replays: false, isKilled: true },
  }));
