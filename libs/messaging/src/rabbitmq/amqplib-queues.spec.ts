import { openRabbit } from '../test/open-queues.fixture.js';
import { keepsQueuePromises } from '../test/queue-conformance.fixture.js';

/** The longest time to live that RabbitMQ takes: 49 days. */
const LONGEST_TTL = 2 ** 32 - 1;

keepsQueuePromises('RabbitMQ', {
  promises: { delay: { resolution: 1, longest: LONGEST_TTL }, rejectsWhenFull: true },
  open: openRabbit,
});
