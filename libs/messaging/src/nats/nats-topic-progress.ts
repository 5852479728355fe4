import type { Progress, TopicProgress } from '../kafka/index.js';
import { positionOf } from './group-position.js';
import { LastingConnection } from './lasting-connection.js';
import type { NatsSettings } from './nats-settings.js';
import { partitionsOf, topicStreamOf } from './nats-topics.js';

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
    const partitions = await partitionsOf(manager, topic);
    const { state } = await manager.streams.info(topicStreamOf(topic));
    const group = this.prefix + this.group;
    const positions = await Promise.all(partitions.map((partition) => positionOf(manager, group, partition)));
    return { end: state.last_seq, behind: positions.reduce((sum, { behind }) => sum + behind, 0) };
  }

  async close(): Promise<void> {
    await this.connection?.close();
  }
}
