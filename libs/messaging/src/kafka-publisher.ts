import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';

const PUBLISHED: PublishOutcome = { status: 'published' };

/**
 * Publishes to topics with acks=all by an idempotent producer: one request of a batch at a time, so that a key's messages
 * keep their order. The same key goes to the partition that Java's client would choose (murmur2).
 */
export class KafkaPublisher implements Publisher {
  private producer: Producer | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly prefix = '',
  ) {}

  /** Rejects when any of it was not taken, except for messages that are too large for the broker: these are refused. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    try {
      await this.send(messages);
      return messages.map(() => PUBLISHED);
    } catch (error) {
      await this.close();
      if (!isTooLarge(error)) throw error;
      if (messages.length === 1) return [{ status: 'refused', reason: (error as Error).message }];
    }
    const outcomes: PublishOutcome[] = [];
    for (const message of messages) outcomes.push(...(await this.publish([message])));
    return outcomes;
  }

  private async send(messages: readonly OutboxMessage[]): Promise<void> {
    const byTopic = Map.groupBy(messages, ({ destination }) => destination);
    const topicMessages = [...byTopic].map(([topic, ofTopic]) => ({
      topic: this.prefix + topic,
      messages: ofTopic.map(({ key, headers, body }) => ({ key, headers, value: bytes(body) })),
    }));
    this.producer ??= await this.connect();
    await this.producer.sendBatch({ topicMessages, acks: -1 });
  }

  /** After an error the next publish starts with a new producer, whose sequence numbers the broker knows nothing of. */
  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.disconnect().catch(() => {});
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 50, retries: 5 },
    });
    await producer.connect();
    return producer;
  }
}

/** The same bytes, not a copy. */
const bytes = (body: Uint8Array) => Buffer.from(body.buffer, body.byteOffset, body.byteLength);

function isTooLarge(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return type === 'MESSAGE_TOO_LARGE' || (cause instanceof Error && isTooLarge(cause));
}
