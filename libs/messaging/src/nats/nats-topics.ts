import { tokenOf } from './escape.js';
import type { JetStreamManager } from './nats-types.js';

export const topicStreamOf = (topic: string): string => `topic-${tokenOf(topic)}`;

/** Of one partition; on a compacted topic followed by the key. */
export const partitionSubjectOf = (topic: string, partition: number): string => `topic.${tokenOf(topic)}.${partition}`;

/** What matches the messages of a partition. */
export const partitionFilterOf = (topic: string, partition: number, { compacted }: TopicLayout): string =>
  partitionSubjectOf(topic, partition) + (compacted ? '.*' : '');

/** What is known of a topic from its stream. */
export interface TopicLayout {
  partitions: number;
  compacted: boolean;
}

/** Rejects with `StreamNotFoundError` when there is no such topic. */
export async function layoutOf(manager: JetStreamManager, topic: string): Promise<TopicLayout> {
  const { config } = await manager.streams.info(topicStreamOf(topic));
  return { partitions: Number(config.metadata?.partitions ?? 1), compacted: config.max_msgs_per_subject === 1 };
}
