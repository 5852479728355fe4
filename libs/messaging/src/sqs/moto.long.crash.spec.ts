import { startMoto } from '@waybill/testing';
import { openSqs } from '../test/open-queues.fixture.js';
import { keepsPublisherPromises } from '../test/publisher-conformance.fixture.js';
import { keepsQueuePromises } from '../test/queue-conformance.fixture.js';
import type { SqsServer } from '../test/sqs-peer.fixture.js';
import { openSqsTarget } from '../test/sqs-target.fixture.js';

const DAYS_13 = 13 * 24 * 60 * 60_000;

let server: SqsServer;
beforeAll(async () => {
  server = await startMoto();
});
afterAll(() => server.stop());

const stored = { storesKeys: true, partitionsAsJava: false, tooLarge: 1024 * 1024 + 1 };
const bounds = { blocks: ['missing'], rejectsWhenFull: false };

keepsPublisherPromises('standard queues of SQS on moto', {
  target: 'rabbitmq',
  promises: { ...stored, ...bounds, keepsKeysInOrder: false, deduplicationWindow: 0 },
  open: () => openSqsTarget(server, false),
});

keepsPublisherPromises('FIFO queues of SQS on moto', {
  target: 'rabbitmq',
  promises: { ...stored, ...bounds, deduplicationWindow: 5 * 60_000 },
  open: () => openSqsTarget(server, true),
});

const promises = { delay: { resolution: 1_000, longest: DAYS_13 }, rejectsWhenFull: false };

keepsQueuePromises('standard queues of SQS on moto', { promises, open: () => openSqs({ start: startMoto }) });
keepsQueuePromises('FIFO queues of SQS on moto', { promises, open: () => openSqs({ fifo: true, start: startMoto }) });
