import { CONSUMER_NOT_FOUND } from './error-codes.js';
import { type Partition, topicStreamOf } from './nats-topics.js';
import type { JetStreamManager } from './nats-types.js';
import { partitionConsumerOf } from './partition-reader.js';

/** How far a group has read a partition. */
export interface GroupPosition {
  /** Messages of the stream up to this sequence are committed. */
  committed: number;
  /** Messages of the partition behind it. */
  behind: number;
}

/** Before its first member has come, a group is behind by all that is there. */
export async function positionOf(manager: JetStreamManager, group: string, place: Partition): Promise<GroupPosition> {
  const { topic, partition } = place;
  const stream = topicStreamOf(topic);
  try {
    const { ack_floor, num_pending, num_ack_pending } = await manager.consumers.info(
      stream,
      partitionConsumerOf(group, partition),
    );
    return { committed: ack_floor.stream_seq, behind: num_pending + num_ack_pending };
  } catch (error) {
    if ((error as { code?: number }).code !== CONSUMER_NOT_FOUND) throw error;
    return { committed: 0, behind: (await messagesIn(manager, place)).messages };
  }
}

/** Those of a partition, and how many its whole stream has removed. */
export async function messagesIn(
  manager: JetStreamManager,
  { topic, filter }: Pick<Partition, 'topic' | 'filter'>,
): Promise<{ messages: number; removed: number }> {
  const { state } = await manager.streams.info(topicStreamOf(topic), { subjects_filter: filter });
  const messages = Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  return { messages, removed: Math.max(0, state.first_seq - 1) };
}
