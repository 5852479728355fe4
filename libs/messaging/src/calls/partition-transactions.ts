import type { OutboxMessage } from '@waybill/outbox';
import type { Producer, Transaction } from 'kafkajs';
import { type Kafka, partitionByKey } from '../kafka-clients/index.js';

/** Without it a begin that meets the end of the one before sleeps 300 ms: 5 transactions a second instead of 70. */
const RETRY = { initialRetryTime: 5, maxRetryTime: 1_000, retries: 20 };

export interface PartitionTransactionsOptions {
  kafka: Kafka;
  /** Consumer group and topic with the prefix. */
  group: string;
  topic: string;
  partition: number;
  /** Put before the topics that are written to. */
  prefix: string;
}

/**
 * The transactions of one partition's reader in a group. Their id consists of group, topic and partition, so that the next
 * reader fences this one, however long it was suspended: the broker rejects what it still sends.
 */
export class PartitionTransactions {
  private constructor(
    private readonly options: PartitionTransactionsOptions,
    private readonly producer: Producer,
    /** Earlier readers have committed everything before this offset, whatever position the consumer started from. */
    readonly committed: bigint,
  ) {}

  /** Ends the transactions of earlier readers of the partition, and only then reads how far they came. */
  static async takeOver(options: PartitionTransactionsOptions): Promise<PartitionTransactions> {
    const { kafka, group, topic, partition } = options;
    const producer = kafka.producer({
      transactionalId: `${group}.${topic}.${partition}`,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: partitionByKey,
      retry: RETRY,
    });
    try {
      await producer.connect();
      await (await producer.transaction()).abort();
      return new PartitionTransactions(options, producer, await committedOffset(options));
    } catch (error) {
      await producer.disconnect().catch(() => {});
      throw error;
    }
  }

  /**
   * Writes the messages and commits the offset `next`: both or neither. When it rejects, only the next `takeOver` knows
   * whether they were written.
   */
  async commit(messages: readonly OutboxMessage[], next: bigint): Promise<void> {
    const { group, topic, partition } = this.options;
    const transaction = await this.producer.transaction();
    await this.send(transaction, messages);
    const topics = [{ topic, partitions: [{ partition, offset: String(next) }] }];
    await transaction.sendOffsets({ consumerGroupId: group, topics });
    await transaction.commit();
  }

  async close(): Promise<void> {
    await this.producer.disconnect().catch(() => {});
  }

  private async send(transaction: Transaction, messages: readonly OutboxMessage[]): Promise<void> {
    const { prefix } = this.options;
    const byTopic = Map.groupBy(messages, ({ destination }) => destination);
    const topicMessages = [...byTopic].map(([destination, ofTopic]) => ({
      topic: prefix + destination,
      messages: ofTopic.map(({ key, headers, body }) => ({ key, headers, value: Buffer.from(body) })),
    }));
    if (topicMessages.length) await transaction.sendBatch({ topicMessages, acks: -1 });
  }
}

async function committedOffset({ kafka, group, topic, partition }: PartitionTransactionsOptions): Promise<bigint> {
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
