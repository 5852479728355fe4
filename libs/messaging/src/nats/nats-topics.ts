import { tokenOf } from './escape.js';
import type { JetStreamManager } from './nats-types.js';

export const topicStreamOf = (topic: string): string => `topic-${tokenOf(topic)}`;

/** Of one partition; on a compacted topic followed by the key. */
export const partitionSubjectOf = (topic: string, partition: number): string => `topic.${tokenOf(topic)}.${partition}`;

/** What matches the messages of a partition. */
export const partitionFilterOf = (topic: string, partition: number, { compacted }: TopicLayout): string =>
  partitionSubjectOf(topic, partition) + (compacted ? '.*' : '');

/** Of a topic. */
export interface Partition {
  topic: string;
  partition: number;
  /** The subjects of its messages. */
  filter: string;
}

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

/** All of a topic. Rejects with `StreamNotFoundError` when there is no such topic. */
export async function partitionsOf(manager: JetStreamManager, topic: string): Promise<Partition[]> {
  const layout = await layoutOf(manager, topic);
  return Array.from({ length: layout.partitions }, (_, partition) => ({
    topic,
    partition,
    filter: partitionFilterOf(topic, partition, layout),
  }));
}
