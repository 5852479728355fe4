import type { EachBatchPayload } from 'kafkajs';
import { textOf } from '../envelope/index.js';
import { withTimeout } from '../outcomes/index.js';
import {
  type Acks,
  FETCH_WAIT,
  HEARTBEAT,
  type PartitionReader,
  type ReaderOptions,
  type ReaderTransactions,
  type RecordProducer,
  type RecordReader,
  SESSION,
  type StoredRecord,
  type TransactionalKafkaClient,
} from './kafka-client.js';
import { KafkaJsProducer } from './kafkajs-producer.js';
import { KafkaJsTransactions } from './kafkajs-transactions.js';
import type { Consumer, Kafka, KafkaMessage } from './kafkajs-types.js';

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
