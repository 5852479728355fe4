import type { createKafka } from '@waybill/messaging';

type Kafka = ReturnType<typeof createKafka>;

/** By `topic/partition`. */
type Offsets = ReadonlyMap<string, number>;

/** How far a consumer group has read its topics, and how far it can. */
export class TopicOffsets {
  private constructor(
    private readonly admin: ReturnType<Kafka['admin']>,
    private readonly topics: readonly string[],
    private readonly group: string,
  ) {}

  static async connect(kafka: Kafka, topics: readonly string[], group: string): Promise<TopicOffsets> {
    const admin = kafka.admin();
    await admin.connect();
    return new TopicOffsets(admin, topics, group);
  }

  /** The first that is still there, and the one that the next event gets. */
  async bounds(): Promise<{ first: Offsets; next: Offsets }> {
    const bounds = await Promise.all(
      this.topics.map(async (topic) => {
        const partitions = await this.admin.fetchTopicOffsets(topic);
        return partitions.map(({ partition, low, high }) => ({ place: `${topic}/${partition}`, low, high }));
      }),
    );
    return {
      first: new Map(bounds.flat().map(({ place, low }) => [place, Number(low)])),
      next: new Map(bounds.flat().map(({ place, high }) => [place, Number(high)])),
    };
  }

  /** What the group reads next, where it has read anything. */
  async read(): Promise<Offsets> {
    const read = await this.admin.fetchOffsets({ groupId: this.group, topics: [...this.topics] });
    return new Map(
      read.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => offset !== '-1')
          .map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      ),
    );
  }

  /** Deletes these groups without members. */
  async deleteGroups(isWanted: (group: string) => boolean): Promise<void> {
    const { groups } = await this.admin.listGroups();
    const found = groups.map(({ groupId }) => groupId).filter(isWanted);
    if (found.length) await this.admin.deleteGroups(found);
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}
