import type { Admin } from '@platformatic/kafka';
import type { KafkaSettings } from './kafka-client.js';
import { type BytesConsumer, EARLIEST, fetchBatches, LATEST, openLog, placeOf } from './log-fetch.js';
import type { UnreadEvents, UnreadPartition } from './unread-events.js';
import { type Unread, unreadIn } from './unread-in.js';

interface Position {
  topic: string;
  partition: number;
  /** The first record that the group has not consumed, as far as it committed. */
  from: bigint;
  /** Where the records end that are committed; exclusive. */
  end: bigint;
}

/** Bytes of a partition that are looked at. */
const LOOKED_AT = 256 * 1024;

/**
 * What consumer groups have not read on Kafka. It joins no group. The first 256 KiB of each partition are read; what lies behind them is counted by offsets.
 */
export class UnreadRecords implements UnreadEvents {
  private clients: Promise<{ admin: Admin; consumer: BytesConsumer }> | undefined;

  constructor(private readonly settings: KafkaSettings) {}

  async of(group: string, topics: readonly string[]): Promise<UnreadPartition[]> {
    try {
      this.clients ??= openLog(this.settings);
      const { admin, consumer } = await this.clients;
      const positions = await this.positionsOf(admin, consumer, group, [...topics]);
      const behind = positions.filter(({ from, end }) => from < end);
      const seen = behind.length ? await this.lookAt(consumer, behind) : new Map<string, Unread>();
      return positions.map(({ topic, partition }) => ({
        topic,
        partition,
        ...(seen.get(placeOf({ topic, partition })) ?? { count: 0 }),
      }));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { clients } = this;
    this.clients = undefined;
    const opened = await clients?.catch(() => undefined);
    await Promise.allSettled([opened?.admin.close(), opened?.consumer.close(true)]); // they are not used again
  }

  private async positionsOf(
    admin: Admin,
    consumer: BytesConsumer,
    groupId: string,
    topics: string[],
  ): Promise<Position[]> {
    const [ends, starts] = [
      await consumer.listOffsets({ topics, timestamp: LATEST }),
      await consumer.listOffsets({ topics, timestamp: EARLIEST }),
    ];
    const [group] = await admin.listConsumerGroupOffsets({
      groups: [
        {
          groupId,
          topics: topics.map((name) => ({ name, partitionIndexes: ends.get(name)!.map((_, index) => index) })),
        },
      ],
    });
    return topics.flatMap((topic) => {
      const partitions = group?.topics.find(({ name }) => name === topic)?.partitions ?? [];
      const committed = new Map(partitions.map((one) => [one.partitionIndex, one.committedOffset]));
      return ends.get(topic)!.map((end, partition) => {
        const start = starts.get(topic)![partition]!;
        const read = committed.get(partition) ?? -1n;
        return { topic, partition, from: read > start ? read : start, end };
      });
    });
  }

  private async lookAt(consumer: BytesConsumer, positions: readonly Position[]): Promise<Map<string, Unread>> {
    const batches = await fetchBatches(consumer, positions, LOOKED_AT);
    return new Map(
      positions.map((position) => {
        const place = placeOf(position);
        return [place, unreadIn(batches.get(place)!, position.from, position.end)];
      }),
    );
  }
}
