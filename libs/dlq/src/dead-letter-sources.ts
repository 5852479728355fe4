import { deadLetterQueueOf, deadLetterTopicOf, parkedQueueOf } from '@waybill/messaging';
import type { DeadLetterSource } from './dead-letter.js';

/** What one service consumes, by names. */
export interface ConsumedNames {
  consumer: string;
  queues: readonly string[];
  /** As a consumer group of the service's name. */
  topics: readonly string[];
}

/** Where the dead letters of a service are that handles its messages with `@waybill/messaging`. */
export function deadLetterSourcesOf({ consumer, queues, topics }: ConsumedNames): DeadLetterSource[] {
  const ofQueue = (source: string): DeadLetterSource => {
    return { kind: 'queue', name: deadLetterQueueOf(source), source, consumer };
  };
  const ofTopic = (source: string): DeadLetterSource => {
    return { kind: 'topic', name: deadLetterTopicOf(source, consumer), source, consumer };
  };
  // On its queue of parked events, a group is notified when they are resubmitted or discarded.
  const parked = topics.length ? [parkedQueueOf(consumer)] : [];
  return [...queues.map(ofQueue), ...topics.map(ofTopic), ...parked.map(ofQueue)];
}
