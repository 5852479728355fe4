import { type RunningSqs, startSqs } from '@waybill/testing';
import { keepsPublisherPromises } from '../test/publisher-conformance.fixture.js';
import { openSqsTarget } from '../test/sqs-target.fixture.js';

let server: RunningSqs;
beforeAll(async () => {
  server = await startSqs();
});
afterAll(() => server.stop());

const promises = {
  storesKeys: true,
  partitionsAsJava: false,
  tooLarge: 1024 * 1024 + 1,
  blocks: ['missing'],
  rejectsWhenFull: false,
};

keepsPublisherPromises('standard queues of SQS', {
  target: 'rabbitmq',
  promises: { ...promises, keepsKeysInOrder: false, deduplicationWindow: 0 },
  open: () => openSqsTarget(server, false),
});

keepsPublisherPromises('FIFO queues of SQS', {
  target: 'rabbitmq',
  promises: { ...promises, deduplicationWindow: 5 * 60_000 },
  open: () => openSqsTarget(server, true),
});
