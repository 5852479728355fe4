import type { Producer } from 'kafkajs';
import {
  type OutgoingRecord,
  type PartitionReader,
  type ReaderTransactions,
  transactionalIdOf,
} from './kafka-client.js';
import { messagesOf, partitionByKey } from './kafkajs-producer.js';
import type { Kafka } from './kafkajs-types.js';

/** Without it a begin that meets the end of the transaction before sleeps 300 ms: 5 transactions a second instead of 70. */
const RETRY_BEGIN = { initialRetryTime: 5, maxRetryTime: 1_000, retries: 20 };

/** Kafka's transactions by kafkajs. */
export class KafkaJsTransactions implements ReaderTransactions {
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
      await producer.disconnect().catch(() => {}); // the first error says more
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
    await this.producer.disconnect().catch(() => {}); // it is not used again
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
