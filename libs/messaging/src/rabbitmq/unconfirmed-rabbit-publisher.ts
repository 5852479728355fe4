import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { messagingMetrics } from '../outcomes/index.js';
import { isExclusiveReplyQueue } from './late-replies.js';
import type { QueueProducer, RabbitClient } from './rabbit-client.js';
import { toRabbit } from './rabbit-envelope.js';

const HANDED_OVER: PublishOutcome = { status: 'published' };

/**
 * At most once on RabbitMQ: without confirms. Resolves when the message is in the client's buffer. A reply whose requester
 * is gone is returned and counted; anything else without a queue is lost.
 */
export class UnconfirmedRabbitPublisher implements Publisher {
  private readonly producer: QueueProducer;

  constructor(client: RabbitClient, namespace?: string) {
    const { droppedReplies } = messagingMetrics(namespace);
    this.producer = client.producer({
      confirm: false,
      onReturned: ({ queue, properties: { type = '' } }) => {
        if (isExclusiveReplyQueue(queue)) droppedReplies.inc({ type });
      },
    });
  }

  /** Rejects when there is no connection to hand it to. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const send = (message: OutboxMessage) => {
      const isReply = isExclusiveReplyQueue(message.destination);
      return this.producer.send(toRabbit(message, { mandatory: isReply, persistent: !isReply }));
    };
    await Promise.all(messages.map(send));
    return messages.map(() => HANDED_OVER);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }
}
