import { natsAlone } from '../test/carriers.fixture.js';
import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('NATS JetStream', () =>
  keepsConsumerPromises({
    broker: 'kafka',
    carriers: natsAlone,
    promises: { keepsKeysInOrder: true, replays: true, isKilled: true },
  }));
