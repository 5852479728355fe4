import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';

describe('NATS JetStream', () =>
  keepsConsumerPromises({
    broker: 'rabbitmq',
    carrier: 'nats',
    promises: { keepsKeysInOrder: false, replays: false, isKilled: true },
  }));
