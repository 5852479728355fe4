import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { AMQP_PREFIX } from '../contract/index.js';
import { splitBatch } from '../envelope/index.js';
import { droppedReplies, withTimeout } from '../outcomes/index.js';
import { isExclusiveReplyQueue } from './late-replies.js';
import { type QueueProducer, type RabbitClient, RabbitRejection } from './rabbit-client.js';
import { toRabbit } from './rabbit-envelope.js';

const CONFIRMED_WITHIN = 10_000;

const PUBLISHED: PublishOutcome = { status: 'published' };

/** One `publish` call: whose turn it is among the messages of a key, and the keys that wait for their queue. */
interface Batch {
  turns: Map<string, Promise<PublishOutcome>>;
  blocked: Map<string, PublishOutcome>;
}

/**
 * Publishes to queues and waits for the broker's confirms. Messages of a key go one after the other, all else goes at once:
 * a queue that is full for a moment only must not let the second of a key in before the first. A reply whose asker is gone
 * is dropped and counted.
 */
export class RabbitPublisher implements Publisher {
  private readonly producer: QueueProducer;

  constructor(client: RabbitClient) {
    this.producer = client.producer({ confirm: true });
  }

  /** A queue that is full or missing is blocked; a message that RabbitMQ or a frame has no room for is refused. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const blocked: Batch['blocked'] = new Map();
    const outcomes: PublishOutcome[] = [];
    for (const portion of splitBatch(messages)) {
      outcomes.push(...(await this.publishPortion(portion, { turns: new Map(), blocked })));
    }
    return outcomes;
  }

  /** Rejects unless the broker has taken it. */
  async publishOne(message: OutboxMessage): Promise<void> {
    const [outcome] = await this.publish([message]);
    if (outcome?.status !== 'published')
      throw new Error(`${message.destination}: ${outcome?.reason ?? 'not published'}`);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private async publishPortion(messages: readonly OutboxMessage[], batch: Batch): Promise<PublishOutcome[]> {
    const sending = Promise.allSettled(messages.map((message) => this.sendInTurn(message, batch)));
    const settled = await withTimeout(CONFIRMED_WITHIN, 'RabbitMQ did not confirm', sending);
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  private sendInTurn(message: OutboxMessage, { turns, blocked }: Batch): Promise<PublishOutcome> {
    if (message.key === null) return this.send(message);
    const key = JSON.stringify([message.destination, message.key]);
    const turn = Promise.resolve(turns.get(key)).then(async () => {
      const outcome = blocked.get(key) ?? (await this.send(message));
      if (outcome.status === 'blocked') blocked.set(key, outcome);
      return outcome;
    });
    turns.set(key, turn);
    return turn;
  }

  private async send(message: OutboxMessage): Promise<PublishOutcome> {
    try {
      await this.producer.send(toRabbit(message));
      return PUBLISHED;
    } catch (error) {
      if (error instanceof RabbitRejection) return outcomeOf(error, message);
      throw error;
    }
  }
}

function outcomeOf({ code, message: reason }: RabbitRejection, message: OutboxMessage): PublishOutcome {
  if (code === 'TOO_LARGE') return { status: 'refused', reason };
  if (code === 'NACKED' || !isExclusiveReplyQueue(message.destination)) return { status: 'blocked', reason };
  droppedReplies.inc({ type: message.headers[`${AMQP_PREFIX}type`] ?? '' });
  return PUBLISHED;
}
