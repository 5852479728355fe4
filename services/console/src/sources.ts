import { consumers, contracts, ORDERS_FOR_REVIEW, ordersProcess } from '@waybill/contracts';
import { type DeadLetterSource, deadLetterQueueOf, deadLetterTopicOf } from '@waybill/dlq';
import { DoesNotFit, readableTypes, readBody } from '@waybill/messaging';

/** Every dead letter queue and topic of the system, out of who takes what. */
export const SOURCES: readonly DeadLetterSource[] = [
  ...Object.entries(consumers).flatMap(([consumer, { queues, topics }]) => [
    ...queues.map(({ name }) => ({ kind: 'queue' as const, name: deadLetterQueueOf(name), source: name, consumer })),
    ...topics.map(({ name }) => ({
      kind: 'topic' as const,
      name: deadLetterTopicOf(name, consumer),
      source: name,
      consumer,
    })),
  ]),
  // A failed order: resubmitted, it is processed once more.
  { kind: 'queue', name: ORDERS_FOR_REVIEW, source: ordersProcess.name, consumer: 'order' },
];

const READERS = new Map(contracts.flatMap((contract) => readableTypes(contract).map((type) => [type, contract])));

/** What is wrong with these bytes as the body of a message of this type; undefined when nothing is, or the type is not ours. */
export function complaintAbout(type: string, body: Buffer): string | undefined {
  const contract = READERS.get(type);
  if (!contract) return undefined;
  try {
    readBody(contract, type, JSON.parse(body.toString('utf8')));
    return undefined;
  } catch (error) {
    if (error instanceof DoesNotFit || error instanceof SyntaxError) return error.message;
    throw error;
  }
}
