import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import type { Publisher as Channel, Connection } from 'rabbitmq-client';
import { type KafkaClient, type RecordProducer, toKafka } from '../kafka/index.js';
import { droppedReplies } from '../outcomes/index.js';
import { isExclusiveReplyQueue } from './late-replies.js';
import { toEnvelope } from './rabbit-envelope.js';

const HANDED_OVER: PublishOutcome = { status: 'published' };

/**
 * At most once on RabbitMQ: without confirms. Resolves when the bytes are with the operating system. A reply whose asker is
 * gone comes back and is counted; anything else that finds no queue is lost.
 */
export class UnconfirmedRabbitPublisher implements Publisher {
  private readonly channel: Channel;

  constructor(connection: Connection) {
    this.channel = connection.createPublisher({ confirm: false });
    this.channel.on('basic.return', ({ routingKey = '', type = '' }) => {
      if (isExclusiveReplyQueue(routingKey)) droppedReplies.inc({ type });
    });
  }

  /** Rejects when there is no connection to hand it to. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const send = async (message: OutboxMessage) => {
      await this.channel.send(
        { ...toEnvelope(message), mandatory: isExclusiveReplyQueue(message.destination) },
        Buffer.from(message.body),
      );
      return HANDED_OVER;
    };
    return Promise.all(messages.map(send));
  }

  async close(): Promise<void> {
    await this.channel.close();
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
