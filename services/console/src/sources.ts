import { consumers, contracts, ORDERS_FOR_REVIEW, ordersProcess, topology } from '@waybill/contracts';
import { type DeadLetterSource, deadLetterSourcesOf, OUTBOXES } from '@waybill/dlq';
import { defineQueue, parkedQueueOf, type Queue, readableTypes, readBody, SchemaMismatch } from '@waybill/messaging';

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

const READERS = new Map(contracts.flatMap((contract) => readableTypes(contract).map((type) => [type, contract])));

/** Says what is wrong with the body for its type; undefined when nothing is, or the type is unknown. */
export function validateBody(type: string, body: Buffer): string | undefined {
  const contract = READERS.get(type);
  if (!contract) return undefined;
  try {
    readBody(contract, type, JSON.parse(body.toString('utf8')));
    return undefined;
  } catch (error) {
    if (error instanceof SchemaMismatch || error instanceof SyntaxError) return error.message;
    throw error;
  }
}
