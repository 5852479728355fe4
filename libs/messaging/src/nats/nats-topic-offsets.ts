import type { Offsets, TopicOffsets } from '../kafka/index.js';
import { messagesIn, positionOf } from './group-position.js';
import { LastingConnection } from './lasting-connection.js';
import type { NatsSettings } from './nats-settings.js';
import { type Partition, partitionsOf, topicStreamOf } from './nats-topics.js';
import type { JetStreamManager } from './nats-types.js';
import { groupOf } from './partition-reader.js';

/**
 * As of topics of Kafka. All partitions of a topic share one stream and its sequence, so each is counted for itself, and what was
 * removed is said of the first one.
 */
export class NatsTopicOffsets implements TopicOffsets {
  private readonly connection: LastingConnection;

  constructor(
    settings: NatsSettings,
    private readonly group: string,
    private readonly topics: readonly string[],
  ) {
    this.connection = new LastingConnection(settings);
  }

  async bounds(): Promise<{ first: Offsets; next: Offsets }> {
    const { manager } = await this.connection.get();
    const bounds = await Promise.all((await this.partitions(manager)).map((place) => boundsOf(manager, place)));
    return {
      first: new Map(bounds.map(({ place, first }) => [place, first])),
      next: new Map(bounds.map(({ place, first, messages }) => [place, first + messages])),
    };
  }

  async read(): Promise<Offsets> {
    const { manager } = await this.connection.get();
    const partitions = await this.partitions(manager);
    const read = await Promise.all(
      partitions.map(async (place) => {
        // In this order: what arrives in between is not taken for read.
        const { first, messages } = await boundsOf(manager, place);
        const { behind } = await positionOf(manager, this.group, place);
        return [nameOf(place), Math.max(first, first + messages - behind)] as const;
      }),
    );
    return new Map(read);
  }

  async deleteGroups(isWanted: (group: string) => boolean): Promise<void> {
    const { manager } = await this.connection.get();
    for (const stream of this.topics.map(topicStreamOf)) {
      const names: string[] = [];
      for await (const { name } of manager.consumers.list(stream)) names.push(name);
      for (const name of names.filter((name) => isWanted(groupOf(name)))) await manager.consumers.delete(stream, name);
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async partitions(manager: JetStreamManager): Promise<Partition[]> {
    return (await Promise.all(this.topics.map((topic) => partitionsOf(manager, topic)))).flat();
  }
}

async function boundsOf(manager: JetStreamManager, place: Partition) {
  const { removed, messages } = await messagesIn(manager, place);
  return { place: nameOf(place), first: place.partition === 0 ? removed : 0, messages };
}

const nameOf = ({ topic, partition }: Partition): string => `${topic}/${partition}`;
