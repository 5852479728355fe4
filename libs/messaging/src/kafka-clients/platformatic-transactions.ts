import type { Consumer, Message, Producer } from '@platformatic/kafka';
import {
  type KafkaSettings,
  type OutgoingRecord,
  type PartitionReader,
  type ReaderTransactions,
  transactionalIdOf,
} from './kafka-client.js';
import { connectionOf, load } from './platformatic-library.js';
import { messagesOf } from './platformatic-producer.js';

/** A begin that meets the end of the transaction before is repeated soon. */
const RETRY = { retries: 50, retryDelay: 10 };

/** Without it the library claims to be the producer 0, and the broker takes it for one that was fenced. */
const ANY_PRODUCER = { producerId: -1n, producerEpoch: -1 };

/** Kafka's transactions by @platformatic/kafka. */
export class PlatformaticTransactions implements ReaderTransactions {
  private constructor(
    private readonly reader: PartitionReader,
    private readonly producer: Producer,
    /** Never joins the group: it finds the group's coordinator. */
    private readonly group: Consumer,
    readonly committed: bigint,
  ) {}

  static async takeOver(settings: KafkaSettings, reader: PartitionReader): Promise<PlatformaticTransactions> {
    const { Consumer, Producer } = await load();
    const { group: groupId, topic, partition } = reader;
    const transactionalId = transactionalIdOf(reader);
    const producer = new Producer({ ...connectionOf(settings), ...RETRY, transactionalId, idempotent: true });
    const group = new Consumer({ ...connectionOf(settings), ...RETRY, groupId });
    try {
      await (await producer.beginTransaction(ANY_PRODUCER)).cancel();
      const committed = await group.listCommittedOffsets({ topics: [{ topic, partitions: [partition] }] });
      return new PlatformaticTransactions(reader, producer, group, committed.get(topic)?.[0] ?? -1n);
    } catch (error) {
      await Promise.allSettled([producer.close(), group.close()]);
      throw error;
    }
  }

  async commit(records: readonly OutgoingRecord[], next: bigint): Promise<void> {
    const { producer, group } = this;
    const transaction = await producer.beginTransaction();
    if (records.length) await transaction.send({ messages: messagesOf(records), acks: -1 });
    await transaction.addConsumer(group);
    await transaction.addOffset(await this.lastRead(next));
    await transaction.commit();
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.producer.close(), this.group.close()]);
  }

  /** What the library takes for an offset: the message before it, as a member of the group without a generation would read it. */
  private async lastRead(next: bigint): Promise<Message> {
    const { group: groupId, topic, partition } = this.reader;
    const coordinatorId = await this.group.findGroupCoordinator();
    const consumer = { groupId, generationId: -1, memberId: '', coordinatorId };
    return { topic, partition, offset: next - 1n, metadata: { consumer } } as unknown as Message;
  }
}
