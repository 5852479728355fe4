import { setImmediate as tick } from 'node:timers/promises';
import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import type { Publisher as ConfirmingChannel, Connection } from 'rabbitmq-client';
import { AMQP_PREFIX } from './cloud-event.js';
import { isAskersOwn } from './late-replies.js';
import { droppedReplies } from './metrics.js';
import { toEnvelope } from './rabbit-envelope.js';

const CONFIRMED_WITHIN = 10_000;

/**
 * Publishes to queues and waits for the broker's confirms. A queue that is full or missing blocks its own messages only;
 * a broker that does not answer rejects the whole batch. A reply whose asker is gone is dropped and counted.
 */
export class RabbitPublisher implements Publisher {
  private readonly channel: ConfirmingChannel;
  /** By message id: mandatory messages that came back, which RabbitMQ confirms all the same. */
  private readonly returned = new Set<string>();

  constructor(connection: Connection) {
    this.channel = connection.createPublisher({ confirm: true });
    this.channel.on('basic.return', ({ messageId }) => {
      if (messageId) this.returned.add(messageId);
    });
  }

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no confirm within ${CONFIRMED_WITHIN} ms`)), CONFIRMED_WITHIN);
    });
    try {
      return await Promise.race([Promise.all(messages.map((message) => this.send(message))), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rejects unless the broker has taken it. */
  async publishOne(message: OutboxMessage): Promise<void> {
    const [outcome] = await this.publish([message]);
    if (outcome?.status !== 'published')
      throw new Error(`${message.destination}: ${outcome?.reason ?? 'not published'}`);
  }

  async close(): Promise<void> {
    await this.channel.close();
  }

  private async send(message: OutboxMessage): Promise<PublishOutcome> {
    try {
      await this.channel.send(toEnvelope(message), Buffer.from(message.body));
    } catch (error) {
      if (isRefused(error)) return { status: 'blocked', reason: 'the queue is full' };
      throw error;
    }
    await tick(); // a message that came back was told of before its confirm, but the client hands that on a tick later
    if (!this.returned.delete(message.id)) return PUBLISHED;
    if (!isAskersOwn(message.destination)) return { status: 'blocked', reason: 'there is no such queue' };
    droppedReplies.inc({ type: message.headers[`${AMQP_PREFIX}type`] ?? '' });
    return PUBLISHED;
  }
}

const PUBLISHED: PublishOutcome = { status: 'published' };

/** basic.nack: the queue refused it (`x-overflow=reject-publish`). */
const isRefused = (error: unknown) => /nack/i.test(`${(error as { code?: string }).code} ${(error as Error).message}`);
