import type { Admin, Consumer, FetchOptions } from '@platformatic/kafka';
import type { KafkaSettings } from './kafka-client.js';
import { fetchCommittedOnly } from './platformatic-aborted.js';
import { connectionOf, load } from './platformatic-library.js';
import type { UnreadEvents, UnreadPartition } from './unread-events.js';
import { type Unread, unreadIn } from './unread-in.js';

type BytesConsumer = Consumer<Buffer, Buffer, string, string>;
type FetchResponse = Awaited<ReturnType<BytesConsumer['fetch']>>;
type Metadata = Awaited<ReturnType<BytesConsumer['metadata']>>;

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
const EARLIEST = -2n;
const LATEST = -1n;

/**
 * What consumer groups have not read on Kafka. It joins no group. By @platformatic/kafka whatever client the consumers have: kafkajs reads only as a member of a group. The first
 * 256 KiB of each partition are read; what lies behind them is counted by offsets.
 */
export class UnreadRecords implements UnreadEvents {
  private clients: Promise<{ admin: Admin; consumer: BytesConsumer }> | undefined;

  constructor(private readonly settings: KafkaSettings) {}

  async of(group: string, topics: readonly string[]): Promise<UnreadPartition[]> {
    try {
      this.clients ??= this.connect();
      const { admin, consumer } = await this.clients;
      const positions = await this.positionsOf(admin, consumer, group, [...topics]);
      const behind = positions.filter(({ from, end }) => from < end);
      const seen = behind.length ? await this.lookAt(consumer, behind) : new Map<string, Unread>();
      return positions.map(({ topic, partition }) => ({
        topic,
        partition,
        ...(seen.get(`${topic}/${partition}`) ?? { count: 0 }),
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

  private async connect() {
    const { Admin, Consumer, FetchIsolationLevels } = await load();
    const options = { ...connectionOf(this.settings), retries: 3, retryDelay: 200 };
    const consumer: BytesConsumer = new Consumer({
      ...options,
      groupId: this.settings.clientId, // required, and never joined
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      maxWaitTime: 0,
    });
    fetchCommittedOnly(consumer);
    return { admin: new Admin(options), consumer };
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
    const metadata = await consumer.metadata({ topics: [...new Set(positions.map(({ topic }) => topic))] });
    const leaderOf = ({ topic, partition }: Position) => metadata.topics.get(topic)!.partitions[partition]!.leader;
    const seen = new Map<string, Unread>();
    for (const [node, led] of Map.groupBy(positions, leaderOf)) {
      const response = await fetchFrom(consumer, node, led, metadata);
      for (const position of led) {
        const batches = partitionIn(response, metadata, position)?.records ?? [];
        seen.set(`${position.topic}/${position.partition}`, unreadIn(batches, position.from, position.end));
      }
    }
    return seen;
  }
}

/** By the overload with a callback, which is the one that leaves out aborted records. */
function fetchFrom(
  consumer: BytesConsumer,
  node: number,
  positions: readonly Position[],
  { topics }: Metadata,
): Promise<FetchResponse> {
  const byTopic = Map.groupBy(positions, ({ topic }) => topic);
  const options: FetchOptions<Buffer, Buffer, string, string> = {
    node,
    minBytes: 0,
    maxBytes: positions.length * LOOKED_AT,
    maxWaitTime: 0,
    topics: [...byTopic].map(([topic, partitions]) => ({
      topicId: topics.get(topic)!.id,
      partitions: partitions.map(({ partition, from }) => ({
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: from,
        lastFetchedEpoch: -1,
        partitionMaxBytes: LOOKED_AT,
      })),
    })),
  };
  return new Promise((resolve, reject) => {
    consumer.fetch(options, (error, response) => (error ? reject(error) : resolve(response!)));
  });
}

function partitionIn({ responses }: FetchResponse, { topics }: Metadata, { topic, partition }: Position) {
  const ofTopic = responses.find(({ topicId }) => topicId === topics.get(topic)!.id);
  return ofTopic?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
}
