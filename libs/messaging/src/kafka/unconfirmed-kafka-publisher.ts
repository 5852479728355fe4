import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import type { KafkaClient, RecordProducer } from '../kafka-clients/index.js';
import { toKafka } from './kafka-envelope.js';

const SENT: PublishOutcome = { status: 'published' };

/** At most once on Kafka: acks=0 and no retries. Resolves when the bytes are with the operating system. */
export class UnconfirmedKafkaPublisher implements Publisher {
  private producer: RecordProducer | undefined;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly prefix = '',
  ) {}

  /** Rejects when there is no connection. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    this.producer ??= this.kafka.producer('none');
    try {
      await this.producer.send(messages.map((message) => toKafka(message, this.prefix)));
      return messages.map(() => SENT);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.close().catch(() => {}); // what was still in flight may be lost: at most once
  }
}
