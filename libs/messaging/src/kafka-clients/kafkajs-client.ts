import type { EachBatchPayload, Producer } from 'kafkajs';
import { bytesOf, textOf } from '../envelope/index.js';
import { withTimeout } from '../outcomes/index.js';
import {
  type Acks,
  BrokerRejection,
  FETCH_WAIT,
  HEARTBEAT,
  type OutgoingRecord,
  type PartitionReader,
  type ReaderOptions,
  type ReaderTransactions,
  type RecordProducer,
  type RecordReader,
  SESSION,
  type StoredRecord,
  type TransactionalKafkaClient,
  transactionalIdOf,
} from './kafka-client.js';
import type { Consumer, ICustomPartitioner, Kafka, KafkaMessage } from './kafkajs-types.js';
import { murmur2 } from './murmur2.js';

/** Kafka by kafkajs: the default, because most people know it. */
export class KafkaJsClient implements TransactionalKafkaClient {
  constructor(private readonly kafka: Kafka) {}

  producer(acks: Acks): RecordProducer {
    return new KafkaJsProducer(this.kafka, acks);
  }

  reader(options: ReaderOptions): RecordReader {
    return new KafkaJsReader(this.kafka, options);
  }

  transactions(reader: PartitionReader): Promise<ReaderTransactions> {
    return KafkaJsTransactions.takeOver(this.kafka, reader);
  }
}

class KafkaJsProducer implements RecordProducer {
  private readonly producer: Producer;
  private readonly sending = new Set<Promise<unknown>>();

  /** One retry, the fewest that kafkajs accepts: retrying is the caller's business. */
  constructor(
    kafka: Kafka,
    private readonly acks: Acks,
  ) {
    this.producer = kafka.producer({
      ...(acks === 'all' && { idempotent: true, maxInFlightRequests: 1 }),
      allowAutoTopicCreation: false,
      createPartitioner: partitionByKey,
      retry: acks === 'all' ? { initialRetryTime: 50, retries: 1 } : { retries: 0 },
    });
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const topicMessages = messagesOf(records);
    const acks = this.acks === 'all' ? -1 : 0;
    const sent = this.producer.connect().then(() => this.producer.sendBatch({ topicMessages, acks }));
    this.sending.add(sent);
    try {
      await sent;
    } catch (error) {
      throw rejectionIn(error) ?? error;
    } finally {
      this.sending.delete(sent);
    }
  }

  /** Waits for sends in flight: kafkajs would connect again for them. */
  async close(): Promise<void> {
    await Promise.allSettled(this.sending);
    await this.producer.disconnect();
  }
}

/** Without it a begin that meets the end of the transaction before sleeps 300 ms: 5 transactions a second instead of 70. */
const RETRY_BEGIN = { initialRetryTime: 5, maxRetryTime: 1_000, retries: 20 };

class KafkaJsTransactions implements ReaderTransactions {
  private constructor(
    private readonly reader: PartitionReader,
    private readonly producer: Producer,
    readonly committed: bigint,
  ) {}

  static async takeOver(kafka: Kafka, reader: PartitionReader): Promise<KafkaJsTransactions> {
    const producer = kafka.producer({
      transactionalId: transactionalIdOf(reader),
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: partitionByKey,
      retry: RETRY_BEGIN,
    });
    try {
      await producer.connect();
      await (await producer.transaction()).abort();
      return new KafkaJsTransactions(reader, producer, await committedOffset(kafka, reader));
    } catch (error) {
      await producer.disconnect().catch(() => {});
      throw error;
    }
  }

  async commit(records: readonly OutgoingRecord[], next: bigint): Promise<void> {
    const { group, topic, partition } = this.reader;
    const transaction = await this.producer.transaction();
    if (records.length) await transaction.sendBatch({ topicMessages: messagesOf(records), acks: -1 });
    const topics = [{ topic, partitions: [{ partition, offset: String(next) }] }];
    await transaction.sendOffsets({ consumerGroupId: group, topics });
    await transaction.commit();
  }

  async close(): Promise<void> {
    await this.producer.disconnect().catch(() => {});
  }
}

async function committedOffset(kafka: Kafka, { group, topic, partition }: PartitionReader): Promise<bigint> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [ofTopic] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const found = ofTopic?.partitions.find((one) => one.partition === partition);
    return BigInt(found?.offset ?? -1);
  } finally {
    await admin.disconnect();
  }
}

const messagesOf = (records: readonly OutgoingRecord[]) =>
  [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ key, headers, value }) => ({
      key: key === null ? null : bytesOf(key),
      headers: inBytes(headers),
      value,
    })),
  }));

/**
 * Java's choice for messages with a key. One without a key is partitioned by its body, so that kafkajs resends it to the same
 * partition: in another one, the broker would take its sequence number for a duplicate and drop it.
 */
export const partitionByKey: ICustomPartitioner =
  () =>
  ({ message: { key, value }, partitionMetadata }) => {
    const decisive = key ?? value ?? '';
    return murmur2(Buffer.isBuffer(decisive) ? decisive : Buffer.from(decisive)) % partitionMetadata.length;
  };

/** The broker's error, among the causes of kafkajs's own. */
function rejectionIn(error: unknown): BrokerRejection | undefined {
  const { type, message, cause } = error as { type?: string; message: string; cause?: unknown };
  if (type) return new BrokerRejection(type, message, error);
  return cause instanceof Error ? rejectionIn(cause) : undefined;
}

/** A consumer with the settings of all groups here. */
const groupConsumer = (kafka: Kafka, group: string, maxBytes?: number): Consumer =>
  kafka.consumer({
    ...(maxBytes && { maxBytes, maxBytesPerPartition: maxBytes / 2 }),
    groupId: group,
    sessionTimeout: SESSION,
    heartbeatInterval: HEARTBEAT,
    rebalanceTimeout: 2 * SESSION,
    maxWaitTimeInMs: FETCH_WAIT,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
  });

/** How long stopping waits for a consumer that is joining its group, in ms. */
const JOINED_WITHIN = 3_000;

class KafkaJsReader implements RecordReader {
  isAssigned = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: ReaderOptions,
  ) {}

  /** kafkajs recovers by itself from most failures; for the others this rejects. */
  async readUntil(stopping: AbortSignal): Promise<void> {
    const { group, topics, maxBytes } = this.options;
    const consumer = groupConsumer(this.kafka, group, maxBytes);
    const { promise: ended, reject: crash, resolve: end } = Promise.withResolvers<void>();
    consumer.on('consumer.group_join', () => {
      this.isAssigned = true;
    });
    consumer.on('consumer.rebalancing', () => {
      this.isAssigned = false;
    });
    consumer.on('consumer.crash', ({ payload }) => {
      this.isAssigned = false;
      if (!payload.restart) crash(payload.error);
    });
    // A fetch fails when its topic was deleted. kafkajs tries again from its own position, which skips the first records of a topic
    // that was created again meanwhile: a new reader begins at what is committed.
    const fetching = new Set<number>();
    let hasFailed = false;
    consumer.on('consumer.fetch_start', ({ payload: { nodeId } }) => {
      if (fetching.has(nodeId)) {
        hasFailed = true;
        crash(new Error('a fetch failed'));
      }
      fetching.add(nodeId);
    });
    consumer.on('consumer.fetch', ({ payload: { nodeId } }) => fetching.delete(nodeId));
    const commitOffsets = (topic: string, partition: number, offset: string) =>
      consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
    // Control records and aborted transactions alone: kafkajs passes them, and nothing else commits that they were read.
    consumer.on('consumer.end_batch_process', ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (batchSize > 0 || lastOffset === null) return;
      commitOffsets(topic, partition, lastOffset).catch(() => {}); // whatever comes next commits them too
    });
    stopping.addEventListener('abort', () => end(), { once: true });
    if (stopping.aborted) end();
    const run = async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      if (stopping.aborted) return;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: async (batch) => {
          if (!hasFailed) await this.consumeBatch(batch, commitOffsets);
        },
      });
      await ended;
    };
    const running = run();
    try {
      await Promise.race([ended, running]);
    } finally {
      this.isAssigned = false;
      // A consumer that is joining its group would become a member after it was disconnected.
      await withTimeout(JOINED_WITHIN, 'the consumer did not join', running).catch(() => {});
      const disconnect = () => consumer.disconnect().catch(() => {}); // it is not used again
      await disconnect();
      void running.then(disconnect, disconnect);
    }
  }

  private async consumeBatch(
    { batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload,
    commitOffsets: (topic: string, partition: number, offset: string) => Promise<void>,
  ): Promise<void> {
    const { topic, partition, messages } = batch;
    let isRejected = false; // a rejected heartbeat calls for a rebalance
    const beat = () =>
      heartbeat().catch(() => {
        isRejected = true;
      });
    const beating = setInterval(() => void beat(), HEARTBEAT);
    try {
      await this.options.consume({
        topic,
        partition,
        records: messages.map(toRecord),
        isAssigned: () => !isRejected && isRunning() && !isStale(),
        commit({ offset }) {
          resolveOffset(offset);
          const isLast = offset === messages.at(-1)!.offset;
          return commitOffsets(topic, partition, isLast ? batch.lastOffset() : offset); // with control records behind it
        },
      });
    } finally {
      clearInterval(beating);
    }
  }
}

export const toRecord = ({ key, headers = {}, value, offset, timestamp }: KafkaMessage): StoredRecord => ({
  key,
  headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, textOf(bytesIn(content))])),
  value,
  offset,
  timestamp: Number(timestamp),
});

/** kafkajs gives a header that comes twice as an array: the first one counts. */
function bytesIn(content: NonNullable<KafkaMessage['headers']>[string]): Buffer {
  const first = Array.isArray(content) ? content[0] : content;
  return Buffer.isBuffer(first) ? first : Buffer.from(first ?? '');
}

const inBytes = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, bytesOf(text)]));
