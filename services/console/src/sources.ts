import { consumers, ORDERS_FOR_REVIEW, ordersProcess, topology } from '@waybill/contracts';
import { type DeadLetterSource, deadLetterSourcesOf, OUTBOXES } from '@waybill/dlq';
import { defineQueue, parkedQueueOf, type Queue } from '@waybill/messaging';

/** The console's consumer group, and its name as a consumer of dead letter queues. */
export const GROUP = 'console';

/** On these queues, each group is notified when its events are resubmitted or discarded. */
const parkedQueues = Object.entries(consumers)
  .filter(([, { topics }]) => topics.length > 0)
  .map(([consumer]) => defineQueue({ name: parkedQueueOf(consumer) }));

/** The queues that the console declares. */
export const QUEUES: readonly Queue[] = [...topology.queues, ...parkedQueues];

const namesOf = (defined: readonly { name: string }[]) => defined.map(({ name }) => name);

/** Every dead letter queue and topic of the system, derived from the consumers. Those of other applications register. */
export const SOURCES: readonly DeadLetterSource[] = [
  ...Object.entries(consumers).flatMap(([consumer, { queues, topics }]) =>
    deadLetterSourcesOf({ consumer, queues: namesOf(queues), topics: namesOf(topics) }),
  ),
  OUTBOXES,
  // A failed order: resubmitted, it is processed once more.
  { kind: 'queue', name: ORDERS_FOR_REVIEW, source: ordersProcess.name, consumer: 'order' },
];
