import { defineQueue, type SupportingChannel, type Topology } from './contract/index.js';
import { parkedQueueOf, releaseParkedOf } from './kafka/index.js';
import { deadLetterQueueOf, deadLetterTopicOf } from './outcomes/index.js';
import { OUTBOX_DEAD_LETTERS, retryQueueOf } from './rabbitmq/index.js';

/**
 * The queues and topics that the library declares beside those of the contracts, for the AsyncAPI document: delayed
 * retries, dead letters, and what resubmits the events that a consumer group has parked.
 */
export function supportingChannels({ queues, deadLetterQueues = [], consumers = {} }: Topology): SupportingChannel[] {
  const readers = Object.entries(consumers).filter(([, { topics }]) => topics.length > 0);
  const parked = readers.map(([group]) => ({ group, queue: defineQueue({ name: parkedQueueOf(group) }) }));
  return [
    ...parked.map(
      ({ group, queue }): SupportingChannel => ({
        kind: 'queue',
        name: queue.name,
        description: `Decisions of operators about the events that ${group} has dead-lettered.`,
        contracts: [releaseParkedOf(group)],
      }),
    ),
    ...[...queues, ...parked.map(({ queue }) => queue)].flatMap(({ name, retryTiers }) => [
      ...retryTiers.map(
        (tier): SupportingChannel => ({
          kind: 'queue',
          name: retryQueueOf(name, tier),
          description: `Messages of ${name} whose next attempt is due in ${tier} ms. They return by themselves.`,
          carries: name,
        }),
      ),
      deadLettersOf('queue', deadLetterQueueOf(name), name),
    ]),
    ...readers.flatMap(([group, { topics }]) =>
      topics.map(({ name }) => deadLettersOf('topic', deadLetterTopicOf(name, group), name)),
    ),
    {
      kind: 'queue',
      name: OUTBOX_DEAD_LETTERS,
      description:
        'Messages that their broker does not accept, with the reason in their headers. They wait for an operator.',
    },
    ...deadLetterQueues.map(
      (name): SupportingChannel => ({ kind: 'queue', name, description: 'Dead letters of their own, for review.' }),
    ),
  ];
}

const deadLettersOf = (kind: SupportingChannel['kind'], name: string, carries: string): SupportingChannel => ({
  kind,
  name,
  description: `Messages of ${carries} that were dead-lettered, with the failure in their headers. They wait for an operator.`,
  carries,
});
