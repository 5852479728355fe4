import { openSqs } from '../test/open-queues.fixture.js';
import { keepsQueuePromises } from '../test/queue-conformance.fixture.js';

/** After 14 days a message is gone. */
const DAYS_13 = 13 * 24 * 60 * 60_000;

const promises = { delay: { resolution: 1_000, longest: DAYS_13 }, rejectsWhenFull: false };

keepsQueuePromises('standard queues of SQS', { promises, open: openSqs });
keepsQueuePromises('FIFO queues of SQS', { promises, open: () => openSqs({ fifo: true }) });
