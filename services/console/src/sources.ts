import { consumers, contracts, ORDERS_FOR_REVIEW, ordersProcess, topology } from '@waybill/contracts';
import { type DeadLetterSource } from '@waybill/dlq';
import {
  deadLetterQueueOf,
  deadLetterTopicOf,
  defineQueue,
  parkedQueueOf,
  type Queue,
  readableTypes,
  readBody,
  SchemaMismatch,
} from '@waybill/messaging';

/** On these queues, each group is notified when its events are resubmitted or discarded. */
const parkedQueues: [consumer: string, Queue][] = Object.entries(consumers)
  .filter(([, { topics }]) => topics.length > 0)
  .map(([consumer]) => [consumer, defineQueue({ name: parkedQueueOf(consumer) })]);

/** The queues that the console declares. */
export const QUEUES: readonly Queue[] = [...topology.queues, ...parkedQueues.map(([, queue]) => queue)];

const ofQueue = (consumer: string, { name }: Queue): DeadLetterSource => ({
  kind: 'queue',
  name: deadLetterQueueOf(name),
  source: name,
  consumer,
});

/** Every dead letter queue and topic of the system, derived from the consumers. */
export const SOURCES: readonly DeadLetterSource[] = [
  ...Object.entries(consumers).flatMap(([consumer, { queues, topics }]) => [
    ...queues.map((queue) => ofQueue(consumer, queue)),
    ...topics.map(({ name }): DeadLetterSource => {
      return { kind: 'topic', name: deadLetterTopicOf(name, consumer), source: name, consumer };
    }),
  ]),
  ...parkedQueues.map(([consumer, queue]) => ofQueue(consumer, queue)),
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
