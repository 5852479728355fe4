import type { Admin } from 'kafkajs';
import type { Topic } from '../contract/index.js';
import type { Kafka } from '../kafka-clients/index.js';

export interface Progress {
  /** Messages ever written, over all partitions. */
  end: number;
  /** How many of them the group has not committed yet: its lag. */
  behind: number;
}

/** How far a consumer group has read. */
export class TopicProgress {
  private admin: Promise<Admin> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly group: string,
    private readonly prefix = '',
  ) {}

  /** Rejects while the broker is unavailable or has no such topic. */
  async of({ name }: Pick<Topic, 'name'>): Promise<Progress> {
    const topic = this.prefix + name;
    try {
      const admin = await this.connected();
      const ends = await admin.fetchTopicOffsets(topic);
      const [read] = await admin.fetchOffsets({ groupId: this.prefix + this.group, topics: [topic] });
      const committed = new Map(read?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      let [end, behind] = [0, 0];
      for (const { partition, high, low } of ends) {
        end += Number(high);
        behind += Number(high) - Math.max(committed.get(partition) ?? 0, Number(low));
      }
      return { end, behind };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => {});
  }

  private connected(): Promise<Admin> {
    this.admin ??= connect(this.kafka);
    return this.admin;
  }
}

async function connect(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  return admin;
}
