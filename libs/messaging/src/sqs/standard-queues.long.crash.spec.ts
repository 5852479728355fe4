import { tasksBy } from '../test/carriers.fixture.js';
import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';
import { sqsCarrier } from '../test/sqs-peer.fixture.js';

describe('standard queues of SQS', () =>
  keepsConsumerPromises({
    broker: 'rabbitmq',
    carriers: () => tasksBy(() => sqsCarrier()),
    promises: { keepsKeysInOrder: false, replays: false, isKilled: true },
  }));
