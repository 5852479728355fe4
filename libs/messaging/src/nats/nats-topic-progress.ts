import type { Progress, TopicProgress } from '../kafka/index.js';
import { CONSUMER_NOT_FOUND } from './error-codes.js';
import { LastingConnection } from './lasting-connection.js';
import type { NatsSettings } from './nats-settings.js';
import { layoutOf, partitionFilterOf, topicStreamOf } from './nats-topics.js';
import type { JetStreamManager } from './nats-types.js';
import { partitionConsumerOf } from './partition-reader.js';

/** How far a consumer group has read on NATS. */
export class NatsTopicProgress implements Pick<TopicProgress, 'of' | 'close'> {
  private connection: LastingConnection | undefined;

  constructor(
    private readonly settings: NatsSettings,
    private readonly group: string,
    private readonly prefix = '',
  ) {}

  /** Rejects while the server is unavailable or has no such topic. */
  async of({ name }: { name: string }): Promise<Progress> {
    this.connection ??= new LastingConnection(this.settings);
    const { manager } = await this.connection.get();
    const topic = this.prefix + name;
    const layout = await layoutOf(manager, topic);
    const { state } = await manager.streams.info(topicStreamOf(topic));
    const partitions = Array.from({ length: layout.partitions }, (_, partition) => partition);
    const behind = await Promise.all(
      partitions.map((partition) =>
        this.behindIn(manager, topic, partition, partitionFilterOf(topic, partition, layout)),
      ),
    );
    return { end: state.last_seq, behind: behind.reduce((sum, one) => sum + one, 0) };
  }

  async close(): Promise<void> {
    await this.connection?.close();
  }

  /** Before its first member has come, a group is behind by all that is there. */
  private async behindIn(manager: JetStreamManager, topic: string, partition: number, filter: string): Promise<number> {
    const stream = topicStreamOf(topic);
    try {
      const consumer = partitionConsumerOf(this.prefix + this.group, partition);
      const { num_pending, num_ack_pending } = await manager.consumers.info(stream, consumer);
      return num_pending + num_ack_pending;
    } catch (error) {
      if ((error as { code?: number }).code !== CONSUMER_NOT_FOUND) throw error;
      const { state } = await manager.streams.info(stream, { subjects_filter: filter });
      return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    }
  }
}
