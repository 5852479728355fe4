import { openNats } from '../test/open-queues.fixture.js';
import { keepsQueuePromises } from '../test/queue-conformance.fixture.js';

/** The server takes nanoseconds, of which JavaScript counts no more exactly: 104 days. */
const LONGEST = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000);

keepsQueuePromises('NATS JetStream', {
  promises: { delay: { resolution: 1, longest: LONGEST }, rejectsWhenFull: true },
  open: openNats,
});
