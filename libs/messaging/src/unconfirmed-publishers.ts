import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import type { KafkaClient, RecordProducer } from './kafka-client.js';
import { toKafka } from './kafka-envelope.js';
import { isAskersOwn } from './late-replies.js';
import { droppedReplies } from './metrics.js';
import type { QueueProducer, RabbitClient } from './rabbit-client.js';
import { toRabbit } from './rabbit-envelope.js';

const HANDED_OVER: PublishOutcome = { status: 'published' };

/**
 * At most once on RabbitMQ: without confirms. Resolves when the message is in the client's buffer. A reply whose asker is
 * gone comes back and is counted; anything else that finds no queue is lost.
 */
export class UnconfirmedRabbitPublisher implements Publisher {
  private readonly producer: QueueProducer;

  constructor(client: RabbitClient) {
    this.producer = client.producer({
      confirm: false,
      onReturned: ({ queue, properties: { type = '' } }) => {
        if (isAskersOwn(queue)) droppedReplies.inc({ type });
      },
    });
  }

  /** Rejects when there is no connection to hand it to. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const send = (message: OutboxMessage) =>
      this.producer.send(toRabbit(message, { mandatory: isAskersOwn(message.destination) }));
    await Promise.all(messages.map(send));
    return messages.map(() => HANDED_OVER);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }
}

/** At most once on Kafka: acks=0 and no retries. Resolves when the bytes are with the operating system. */
export class UnconfirmedKafkaPublisher implements Publisher {
  private producer: RecordProducer | undefined;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly prefix = '',
  ) {}

  /** Rejects when there is no connection to hand it to. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    this.producer ??= this.kafka.producer('none');
    try {
      await this.producer.send(messages.map((message) => toKafka(message, this.prefix)));
      return messages.map(() => HANDED_OVER);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.close().catch(() => {}); // what it still had may be lost: at most once
  }
}
