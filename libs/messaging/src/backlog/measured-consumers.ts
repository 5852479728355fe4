import { defineQueue, type Topology } from '../contract/index.js';
import { parkedQueueOf } from '../kafka/index.js';
import { retryQueueOf } from '../rabbitmq/index.js';
import type { MeasuredGroup, MeasuredQueue } from './backlog-monitor.js';

/** Every consumer group and every queue of a system, with the queues on which groups hear of their parked events. */
export function measuredConsumers({ consumers = {} }: Pick<Topology, 'consumers'>): {
  groups: MeasuredGroup[];
  queues: MeasuredQueue[];
} {
  const readers = Object.entries(consumers).filter(([, { topics }]) => topics.length > 0);
  const parked = readers.map(([consumer]) => ({ consumer, queue: defineQueue({ name: parkedQueueOf(consumer) }) }));
  const own = Object.entries(consumers).flatMap(([consumer, { queues }]) =>
    queues.map((queue) => ({ consumer, queue })),
  );
  return {
    groups: readers.map(([group, { topics }]) => ({ group, topics: topics.map(({ name }) => name) })),
    queues: [...own, ...parked].map(({ consumer, queue: { name, retryTiers } }) => ({
      name,
      consumer,
      retryQueues: retryTiers.map((tier) => retryQueueOf(name, tier)),
    })),
  };
}
