import type { Kafka } from '../kafka-clients/index.js';

/** By `topic/partition`. */
export type Offsets = ReadonlyMap<string, number>;

/** How far a consumer group has read its topics, and how far it can. Names as the broker knows them. */
export interface TopicOffsets {
  /** The first that is still there, and the one that the next event gets. What is before the first one was removed. */
  bounds(): Promise<{ first: Offsets; next: Offsets }>;
  /** What the group reads next, where it has read anything. */
  read(): Promise<Offsets>;
  /** Deletes these groups without members. */
  deleteGroups(isWanted: (group: string) => boolean): Promise<void>;
  close(): Promise<void>;
}

export class KafkaTopicOffsets implements TopicOffsets {
  private connecting: Promise<ReturnType<Kafka['admin']>> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly group: string,
    private readonly topics: readonly string[],
  ) {}

  async bounds(): Promise<{ first: Offsets; next: Offsets }> {
    const admin = await this.admin();
    const bounds = await Promise.all(
      this.topics.map(async (topic) => {
        const partitions = await admin.fetchTopicOffsets(topic);
        return partitions.map(({ partition, low, high }) => ({ place: `${topic}/${partition}`, low, high }));
      }),
    );
    return {
      first: new Map(bounds.flat().map(({ place, low }) => [place, Number(low)])),
      next: new Map(bounds.flat().map(({ place, high }) => [place, Number(high)])),
    };
  }

  async read(): Promise<Offsets> {
    const admin = await this.admin();
    const read = await admin.fetchOffsets({ groupId: this.group, topics: [...this.topics] });
    return new Map(
      read.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => offset !== '-1')
          .map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      ),
    );
  }

  async deleteGroups(isWanted: (group: string) => boolean): Promise<void> {
    const admin = await this.admin();
    const { groups } = await admin.listGroups();
    const found = groups.map(({ groupId }) => groupId).filter(isWanted);
    if (found.length) await admin.deleteGroups(found);
  }

  async close(): Promise<void> {
    await (await this.connecting)?.disconnect();
  }

  private admin() {
    this.connecting ??= this.connect();
    return this.connecting;
  }

  private async connect() {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }
}
