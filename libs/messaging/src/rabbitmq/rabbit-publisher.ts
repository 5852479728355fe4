import { setImmediate as tick } from 'node:timers/promises';
import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import type { Publisher as ConfirmingChannel, Connection } from 'rabbitmq-client';
import { AMQP_PREFIX, splitBatch } from '../envelope/index.js';
import { droppedReplies, withTimeout } from '../outcomes/index.js';
import { isExclusiveReplyQueue } from './late-replies.js';
import { toEnvelope } from './rabbit-envelope.js';

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
  private readonly channel: ConfirmingChannel;
  /** By message id: mandatory messages that came back, which RabbitMQ confirms all the same. */
  private readonly returned = new Set<string>();
  /** Why the broker reads nothing from publishers, while it does. */
  private alarm: string | undefined;

  constructor(connection: Connection) {
    this.channel = connection.createPublisher({ confirm: true });
    this.channel.on('basic.return', ({ messageId }) => {
      if (messageId) this.returned.add(messageId);
    });
    const over = () => {
      this.alarm = undefined;
    };
    connection.on('connection', over);
    connection.on('connection.unblocked', over);
    connection.on('connection.blocked', (reason) => {
      this.alarm = reason;
    });
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
    await this.channel.close();
  }

  /** A message that is too large ends the channel and takes down those beside it, so they go again, one by one. */
  private async publishPortion(messages: readonly OutboxMessage[], batch: Batch): Promise<PublishOutcome[]> {
    if (this.alarm) throw new Error(`RabbitMQ takes no messages: ${this.alarm}`); // the client would pile them up
    const sending = Promise.allSettled(messages.map((message) => this.sendInTurn(message, batch)));
    const settled = await withTimeout(CONFIRMED_WITHIN, 'RabbitMQ did not confirm', sending);

    const failures = settled.filter((result) => result.status === 'rejected').map(({ reason }) => reason);
    const tooLarge = failures.find(isTooLarge);
    if (failures.length > 0 && !tooLarge) throw failures[0];
    if (tooLarge && messages.length === 1) return [{ status: 'refused', reason: tooLarge.message }];

    const outcomes: PublishOutcome[] = [];
    for (const [i, result] of settled.entries()) {
      if (result.status === 'fulfilled') outcomes.push(result.value);
      else outcomes.push(...(await this.publishPortion([messages[i]!], { ...batch, turns: new Map() })));
    }
    return outcomes;
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
      await this.channel.send(toEnvelope(message), Buffer.from(message.body));
    } catch (error) {
      this.returned.delete(message.id);
      if (isRefused(error)) return { status: 'blocked', reason: 'the queue is full' };
      throw error;
    }
    await tick(); // a message that came back was told of before its confirm, but the client hands that on a tick later
    if (!this.returned.delete(message.id)) return PUBLISHED;
    if (!isExclusiveReplyQueue(message.destination)) return { status: 'blocked', reason: 'there is no such queue' };
    droppedReplies.inc({ type: message.headers[`${AMQP_PREFIX}type`] ?? '' });
    return PUBLISHED;
  }
}

/** basic.nack: the queue refused it (`x-overflow=reject-publish`). */
const isRefused = (error: unknown) => (error as { code?: string }).code === 'NACK';

/** The client has no frame for such headers, or the broker has no room for such a body. */
function isTooLarge(error: { code?: string; message: string }): boolean {
  return error.code === 'CODEC' || (error.code === 'PRECONDITION_FAILED' && error.message.includes('larger than'));
}
