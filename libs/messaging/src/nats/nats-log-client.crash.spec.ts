import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('NATS JetStream', () =>
  keepsConsumerPromises({
    broker: 'kafka',
    carrier: 'nats',
    promises: { keepsKeysInOrder: true, replays: true, isKilled: true },
  }));
