import type { Producer } from 'kafkajs';
import { bytesOf } from '../envelope/index.js';
import { type Acks, BrokerRejection, type OutgoingRecord, type RecordProducer } from './kafka-client.js';
import type { ICustomPartitioner, Kafka } from './kafkajs-types.js';
import { murmur2 } from './murmur2.js';

/** Sends by kafkajs. */
export class KafkaJsProducer implements RecordProducer {
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

/** As kafkajs takes them. */
export const messagesOf = (records: readonly OutgoingRecord[]) =>
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

const inBytes = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, bytesOf(text)]));
