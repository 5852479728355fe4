import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { AMQP_PREFIX } from '../contract/index.js';
import { splitBatch } from '../envelope/index.js';
import { type MessagingMetrics, messagingMetrics, withTimeout } from '../outcomes/index.js';
import { isExclusiveReplyQueue } from './late-replies.js';
import { type QueueProducer, type RabbitClient, type RabbitMessage, RabbitRejection } from './rabbit-client.js';
import { toRabbit } from './rabbit-envelope.js';
import type { RabbitTopology } from './rabbit-topology.js';

const CONFIRM_TIMEOUT = 10_000;
/** Connection, in bytes per ms: 1 MB/s. */
const SLOWEST = 1_000;
/** How long a reply in the outbox waits for a requester's queue that is gone, such as while its broker is rebuilt. */
const REPLY_PATIENCE = 60_000;

const PUBLISHED: PublishOutcome = { status: 'published' };

export interface RabbitPublisherOptions {
  /** How long to wait for the confirms of up to 1 MB of messages, in ms; a larger message has a second more for each MB. Default 10,000. */
  confirmTimeout?: number;
  /** The system's queues: one that is gone is declared again. Default: a missing queue stays missing. */
  topology?: RabbitTopology;
  /** What the metrics' names begin with. */
  namespace?: string | undefined;
}

/** One `publish` call: the last message of each key that was sent, and the keys whose queue is blocked. */
interface Batch {
  lastOfKey: Map<string, Promise<PublishOutcome>>;
  blocked: Map<string, PublishOutcome>;
}

/**
 * Publishes to queues and waits for the broker's confirms. Messages of a key go one after the other, all others
 * concurrently: a queue that is full for a moment must not accept the second message of a key before the first. A reply
 * whose requester is gone is dropped and counted: its queue ended with its process, or is gone for a minute.
 */
export class RabbitPublisher implements Publisher {
  private readonly producer: QueueProducer;
  private readonly metrics: MessagingMetrics;

  constructor(
    client: RabbitClient,
    private readonly options: RabbitPublisherOptions = {},
  ) {
    this.producer = client.producer({ confirm: true });
    this.metrics = messagingMetrics(options.namespace);
  }

  /** A full or missing queue is blocked; a message that is too large for RabbitMQ or a frame is rejected. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const blocked: Batch['blocked'] = new Map();
    const outcomes: PublishOutcome[] = [];
    for (const portion of splitBatch(messages)) {
      outcomes.push(...(await this.publishPortion(portion, { lastOfKey: new Map(), blocked })));
    }
    return outcomes;
  }

  /** Rejects unless the broker has taken it. */
  async publishOne(message: OutboxMessage): Promise<void> {
    const [outcome] = await this.publish([message]);
    if (outcome?.status !== 'published')
      throw new Error(`${message.destination}: ${outcome?.reason ?? 'not published'}`);
  }

  /** A reply that finds no queue is dropped and counted; rejects when the broker has not taken it for another reason. */
  async reply(message: OutboxMessage): Promise<void> {
    try {
      await this.forward(toRabbit(message));
    } catch (error) {
      if (!isReturned(error)) throw error;
      this.drop(message);
    }
  }

  /** Rejects unless the broker has taken it: with `RabbitRejection` when the message or its queue is the reason. */
  async forward(message: RabbitMessage): Promise<void> {
    await this.confirmed(message.body.length, this.deliver(message));
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private async publishPortion(messages: readonly OutboxMessage[], batch: Batch): Promise<PublishOutcome[]> {
    const sending = Promise.allSettled(messages.map((message) => this.sendInOrder(message, batch)));
    const settled = await this.confirmed(Math.max(...messages.map(({ body }) => body.length)), sending);
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  private confirmed<Result>(bytes: number, sending: Promise<Result>): Promise<Result> {
    const { confirmTimeout = CONFIRM_TIMEOUT } = this.options;
    return withTimeout(confirmTimeout + Math.floor(bytes / SLOWEST), 'RabbitMQ did not confirm', sending);
  }

  private sendInOrder(message: OutboxMessage, { lastOfKey, blocked }: Batch): Promise<PublishOutcome> {
    if (message.key === null) return this.send(message);
    const key = JSON.stringify([message.destination, message.key]);
    const sent = Promise.resolve(lastOfKey.get(key)).then(async () => {
      const outcome = blocked.get(key) ?? (await this.send(message));
      if (outcome.status === 'blocked') blocked.set(key, outcome);
      return outcome;
    });
    lastOfKey.set(key, sent);
    return sent;
  }

  private async send(message: OutboxMessage): Promise<PublishOutcome> {
    try {
      await this.deliver(toRabbit(message));
      return PUBLISHED;
    } catch (error) {
      if (error instanceof RabbitRejection) return this.outcomeOf(error, message);
      throw error;
    }
  }

  private async deliver(message: RabbitMessage): Promise<void> {
    const { topology } = this.options;
    try {
      await this.producer.send(message);
    } catch (error) {
      if (!isReturned(error) || !topology?.has(message.queue)) throw error;
      await topology.declare().catch((cause) => {
        throw new RabbitRejection('RETURNED', `the queue is gone and cannot be declared: ${cause.message}`, cause);
      });
      await this.producer.send(message);
    }
  }

  private outcomeOf({ code, message: reason }: RabbitRejection, message: OutboxMessage): PublishOutcome {
    if (code === 'TOO_LARGE') return { status: 'rejected', reason };
    if (code === 'NACKED' || !this.isAbandoned(message)) return { status: 'blocked', reason };
    this.drop(message);
    return PUBLISHED;
  }

  /** Whether nobody will read this reply: a reply goes to the queue that its requester named. */
  private isAbandoned({ destination, headers }: OutboxMessage): boolean {
    if (isExclusiveReplyQueue(destination)) return true;
    if (headers['reply-to'] !== destination || this.options.topology?.has(destination)) return false;
    const age = Date.now() - Date.parse(headers[`${AMQP_PREFIX}time`] ?? '');
    return !(age < REPLY_PATIENCE);
  }

  private drop({ headers }: OutboxMessage): void {
    this.metrics.droppedReplies.inc({ type: headers[`${AMQP_PREFIX}type`] ?? '' });
  }
}

const isReturned = (error: unknown): boolean => error instanceof RabbitRejection && error.code === 'RETURNED';
