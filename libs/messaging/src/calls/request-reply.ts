import { type AsyncMessage, type Connection, type Consumer, ConsumerStatus, type Publisher } from 'rabbitmq-client';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { type BodyOf, type ReplyContract, readBody, type TaskContract } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { deliverReply, fromDelivery, toEnvelope } from '../rabbitmq/index.js';

const TIMEOUT = 5_000;

/** There was no reply in time. Whether the task was done, is still being done or never will be is not known. */
export class NoReply extends Error {
  override readonly name = 'NoReply';
}

export interface RequestReplyOptions {
  /** Takes the replies. */
  consuming: Connection;
  /** Sends the requests; may be the same. */
  publishing: Connection;
  /** CloudEvents `source`: who asks. */
  source: string;
}

export interface RequestOptions {
  /** How long to wait for the reply, in ms. Default 5,000. */
  timeout?: number;
}

interface Pending {
  reply: ReplyContract;
  /** Its reply can come only to the reply queue of now. */
  sent: boolean;
  resolve(body: unknown): void;
  reject(error: Error): void;
}

/**
 * Request-reply: sends a task and waits for its answer, at most once. Requests are not repeated, and the replies come to a
 * queue that this process alone has and that ends with its connection. For questions; an effect that must happen is sent
 * through the outbox, with a durable reply queue: see `CallbackRequests`.
 */
export class RequestReply {
  private readonly pending = new Map<string, Pending>();
  private readonly publisher: Publisher;
  private consumer: Consumer | undefined;

  constructor(private readonly options: RequestReplyOptions) {
    this.publisher = options.publishing.createPublisher({ confirm: false });
    this.publisher.on('basic.return', ({ correlationId = '', routingKey }) =>
      this.fail(correlationId, `there is no queue ${routingKey}`),
    );
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
    const correlationId = uuidv7();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
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
    await this.consumer?.close();
    await this.publisher.close();
  }

  private async send(task: TaskContract, body: unknown, correlationId: string): Promise<void> {
    const replyTo = this.consumer?.queue || (await this.replyQueue());
    const pending = this.pending.get(correlationId);
    if (!pending) return; // given up meanwhile: nobody would take its reply
    pending.sent = true;
    const message = encode({ contract: task, body, id: correlationId, correlationId, replyTo }, this.options.source);
    await this.publisher.send({ ...toEnvelope(message), durable: false }, Buffer.from(message.body));
  }

  /** Its name is the broker's to give, anew with each connection: a reply to an earlier one finds no queue. */
  private replyQueue(): Promise<string> {
    this.consumer ??= this.consume();
    const { consumer } = this;
    return new Promise((resolve) => {
      if (consumer.queue) resolve(consumer.queue);
      else consumer.once('ready', () => resolve(consumer.queue));
    });
  }

  private consume(): Consumer {
    const consumer = this.options.consuming.createConsumer(
      { queue: '', queueOptions: { exclusive: true, autoDelete: true }, noAck: true },
      (delivery) => this.take(delivery),
    );
    const broken = (error: unknown) => this.failSent('the reply queue is gone with its connection', error);
    this.options.consuming.on('error', broken);
    consumer.on('error', broken);
    return consumer;
  }

  private async take(delivery: AsyncMessage): Promise<ConsumerStatus> {
    const message = fromDelivery(delivery, 'replies');
    await deliverReply(message, (correlationId) => {
      const pending = this.pending.get(correlationId);
      try {
        pending?.resolve(readBody(pending.reply, message.type, JSON.parse(message.bytes.toString('utf8'))));
      } catch (error) {
        pending?.reject(error as Error);
      }
      return this.pending.delete(correlationId);
    });
    return ConsumerStatus.ACK;
  }

  private fail(correlationId: string, reason: string, cause?: unknown): void {
    this.pending.get(correlationId)?.reject(new NoReply(reason, { cause }));
    this.pending.delete(correlationId);
  }

  private failSent(reason: string, cause: unknown): void {
    for (const [correlationId, { sent }] of this.pending) if (sent) this.fail(correlationId, reason, cause);
  }
}
