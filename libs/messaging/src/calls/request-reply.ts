import type { z } from 'zod';
import { type ObjectStore, redeemedBody } from '../claim-check/index.js';
import { type BodyOf, type ReplyContract, readBody, type TaskContract } from '../contract/index.js';
import { encode, newMessageId } from '../envelope/index.js';
import {
  deliverReply,
  fromDelivery,
  type QueueProducer,
  type QueueReader,
  type RabbitClient,
  type RabbitDelivery,
  toRabbit,
} from '../rabbitmq/index.js';

const TIMEOUT = 5_000;

/** There was no reply in time. It is unknown whether the task was done, is being done or never will be. */
export class NoReply extends Error {
  override readonly name = 'NoReply';
}

export interface RequestReplyOptions {
  /** Receives the replies. */
  consuming: RabbitClient;
  /** Sends the requests; may be the same. */
  publishing: RabbitClient;
  /** CloudEvents `source` of the requests. */
  source: string;
  /** Where the bodies of large replies are. */
  objectStore?: ObjectStore | undefined;
  namespace?: string | undefined;
}

export interface RequestOptions {
  /** How long to wait for the reply, in ms. Default 5,000. */
  timeout?: number;
}

interface Pending {
  reply: ReplyContract;
  /** Its reply can only come to the current reply queue. */
  sent: boolean;
  resolve(body: unknown): void;
  reject(error: Error): void;
}

/**
 * Request-reply: sends a task and waits for its reply, at most once. Requests are not repeated, and the replies come to an
 * exclusive queue of this process, which ends with its connection. For queries; an effect that must happen is sent through
 * the outbox, with a durable reply queue: see `CallbackRequests`.
 */
export class RequestReply {
  private readonly pending = new Map<string, Pending>();
  private readonly producer: QueueProducer;
  private readonly replyTypes = new Set<string>();
  private replies: QueueReader | undefined;

  constructor(private readonly options: RequestReplyOptions) {
    this.producer = options.publishing.producer({
      confirm: false,
      onReturned: ({ queue, properties: { correlationId = '' } }) =>
        this.fail(correlationId, `there is no queue ${queue}`),
    });
  }

  /**
   * Resolves with the body of the reply. Rejects with `NoReply` after `timeout`, and at once when there is no such queue or
   * the connection breaks, which takes the reply queue with it. A reply after that is dropped and counted.
   */
  async request<Schema extends z.ZodType, Reply extends ReplyContract>(
    task: TaskContract<Schema, Reply>,
    body: z.input<Schema>,
    { timeout = TIMEOUT }: RequestOptions = {},
  ): Promise<BodyOf<Reply>> {
    const correlationId = newMessageId();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.replyTypes.add(task.reply.type);
    this.pending.set(correlationId, { reply: task.reply, sent: false, resolve, reject });
    const timer = setTimeout(() => this.fail(correlationId, `no reply to ${task.type} within ${timeout} ms`), timeout);
    try {
      void this.send(task, body, correlationId).catch((error) => this.fail(correlationId, 'could not send', error));
      return (await promise) as BodyOf<Reply>;
    } finally {
      clearTimeout(timer);
      this.pending.delete(correlationId);
    }
  }

  /** Requests that wait are rejected. */
  async close(): Promise<void> {
    for (const correlationId of this.pending.keys()) this.fail(correlationId, 'the process stops');
    await this.replies?.close();
    await this.producer.close();
  }

  private async send(task: TaskContract, body: unknown, correlationId: string): Promise<void> {
    const replyTo = this.replies?.queue ?? (await this.replyQueue());
    const pending = this.pending.get(correlationId);
    if (!pending) return; // timed out meanwhile: its reply would be dropped
    pending.sent = true;
    const message = encode({ contract: task, body, id: correlationId, correlationId, replyTo }, this.options.source);
    await this.producer.send(toRabbit(message, { persistent: false }));
  }

  /** The broker names it, anew for each connection: a reply to an earlier one finds no queue. */
  private replyQueue(): Promise<string> {
    this.replies ??= this.options.consuming.reader({
      onMessage: (delivery) => {
        void this.receive(delivery);
        return undefined;
      },
      onInterrupted: () => this.failSent('the reply queue is gone with its connection'),
    });
    return this.replies.whenReading();
  }

  private async receive(delivery: RabbitDelivery): Promise<void> {
    const { namespace, objectStore } = this.options;
    const message = fromDelivery(delivery, 'replies', namespace);
    const receive = async (correlationId: string) => {
      const pending = this.pending.get(correlationId);
      if (!pending) return false;
      try {
        const bytes = await redeemedBody(message, objectStore);
        pending.resolve(readBody(pending.reply, message.type, JSON.parse(bytes.toString('utf8'))));
      } catch (error) {
        pending.reject(error as Error);
      }
      return this.pending.delete(correlationId);
    };
    // Anybody may write to the queue: a type that was never requested must not become a metric of its own.
    const type = this.replyTypes.has(message.type) ? message.type : 'unknown';
    await deliverReply({ ...message, type }, receive, namespace);
  }

  private fail(correlationId: string, reason: string, cause?: unknown): void {
    this.pending.get(correlationId)?.reject(new NoReply(reason, { cause }));
    this.pending.delete(correlationId);
  }

  private failSent(reason: string): void {
    for (const [correlationId, { sent }] of this.pending) if (sent) this.fail(correlationId, reason);
  }
}
