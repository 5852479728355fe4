import type { Admin, Consumer, FetchOptions } from '@platformatic/kafka';
import type { KafkaSettings } from './kafka-client.js';
import { fetchCommittedOnly } from './platformatic-aborted.js';
import { connectionOf, load } from './platformatic-library.js';

/** Reads partitions from any offset, as a member of no group, by @platformatic/kafka: kafkajs reads only as a member. */

export type BytesConsumer = Consumer<Buffer, Buffer, string, string>;
type FetchResponse = Awaited<ReturnType<BytesConsumer['fetch']>>;
type Metadata = Awaited<ReturnType<BytesConsumer['metadata']>>;
type Batches = NonNullable<FetchResponse['responses'][number]['partitions'][number]['records']>;

export interface FetchedFrom {
  topic: string;
  partition: number;
  /** The first offset. */
  from: bigint;
}

export const EARLIEST = -2n;
export const LATEST = -1n;

export async function openLog(settings: KafkaSettings): Promise<{ admin: Admin; consumer: BytesConsumer }> {
  const { Admin, Consumer, FetchIsolationLevels } = await load();
  const options = { ...connectionOf(settings), retries: 3, retryDelay: 200 };
  const consumer: BytesConsumer = new Consumer({
    ...options,
    groupId: settings.clientId, // required, and never joined
    isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    maxWaitTime: 0,
  });
  fetchCommittedOnly(consumer);
  return { admin: new Admin(options), consumer };
}

/** The batches from these offsets on, up to so many bytes of each partition; by `topic/partition`. */
export async function fetchBatches(
  consumer: BytesConsumer,
  positions: readonly FetchedFrom[],
  bytes: number,
): Promise<Map<string, Batches>> {
  const metadata = await consumer.metadata({ topics: [...new Set(positions.map(({ topic }) => topic))] });
  const leaderOf = ({ topic, partition }: FetchedFrom) => metadata.topics.get(topic)!.partitions[partition]!.leader;
  const batches = new Map<string, Batches>();
  for (const [node, led] of Map.groupBy(positions, leaderOf)) {
    const response = await fetchFrom(consumer, { node, positions: led, metadata, bytes });
    for (const position of led)
      batches.set(placeOf(position), partitionIn(response, metadata, position)?.records ?? []);
  }
  return batches;
}

export const placeOf = ({ topic, partition }: Omit<FetchedFrom, 'from'>): string => `${topic}/${partition}`;

/** By the overload with a callback, which is the one that leaves out aborted records. */
function fetchFrom(
  consumer: BytesConsumer,
  {
    node,
    positions,
    metadata: { topics },
    bytes,
  }: { node: number; positions: readonly FetchedFrom[]; metadata: Metadata; bytes: number },
): Promise<FetchResponse> {
  const byTopic = Map.groupBy(positions, ({ topic }) => topic);
  const options: FetchOptions<Buffer, Buffer, string, string> = {
    node,
    minBytes: 0,
    maxBytes: positions.length * bytes,
    maxWaitTime: 0,
    topics: [...byTopic].map(([topic, partitions]) => ({
      topicId: topics.get(topic)!.id,
      partitions: partitions.map(({ partition, from }) => ({
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: from,
        lastFetchedEpoch: -1,
        partitionMaxBytes: bytes,
      })),
    })),
  };
  return new Promise((resolve, reject) => {
    consumer.fetch(options, (error, response) => (error ? reject(error) : resolve(response!)));
  });
}

function partitionIn({ responses }: FetchResponse, { topics }: Metadata, { topic, partition }: FetchedFrom) {
  const ofTopic = responses.find(({ topicId }) => topicId === topics.get(topic)!.id);
  return ofTopic?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
}
