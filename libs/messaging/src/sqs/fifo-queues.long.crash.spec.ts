import { tasksBy } from '../test/carriers.fixture.js';
import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';
import { sqsCarrier } from '../test/sqs-peer.fixture.js';

describe('FIFO queues of SQS', () =>
  keepsConsumerPromises({
    broker: 'rabbitmq',
    carriers: () => tasksBy(() => sqsCarrier({ fifo: true })),
    promises: { keepsKeysInOrder: true, holdsBackFailedKeys: false, replays: false, isKilled: true },
  }));
