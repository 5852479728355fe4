import type { UnreadEvents, UnreadPartition } from '../kafka-clients/index.js';
import { positionOf } from './group-position.js';
import { LastingConnection } from './lasting-connection.js';
import type { NatsSettings } from './nats-settings.js';
import { type Partition, partitionsOf, topicStreamOf } from './nats-topics.js';
import type { JetStreamManager } from './nats-types.js';

/** What consumer groups have not read on NATS: as `UnreadRecords` for Kafka, but every record is counted. */
export class NatsUnread implements UnreadEvents {
  private readonly connection: LastingConnection;

  constructor(settings: NatsSettings) {
    this.connection = new LastingConnection(settings);
  }

  async of(group: string, topics: readonly string[]): Promise<UnreadPartition[]> {
    const { manager } = await this.connection.get();
    const partitions = await Promise.all(topics.map((topic) => partitionsOf(manager, topic)));
    return Promise.all(partitions.flat().map((partition) => unreadOf(manager, group, partition)));
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

async function unreadOf(manager: JetStreamManager, group: string, place: Partition): Promise<UnreadPartition> {
  const { topic, partition, filter } = place;
  const { committed, behind } = await positionOf(manager, group, place);
  const unread = { topic, partition, count: behind };
  if (behind === 0) return unread;
  const next = { seq: committed + 1, next_by_subj: filter };
  const first = await manager.streams.getMessage(topicStreamOf(topic), next);
  return first ? { ...unread, oldest: first.time.getTime() } : unread;
}
