import type { Channel, ConfirmChannel, Message } from 'amqplib';
import type { AmqplibConnection } from './amqplib-connection.js';
import { type QueueProducer, type QueueProducerOptions, type RabbitMessage, RabbitRejection } from './rabbit-client.js';

const PRECONDITION_FAILED = 406;

const BUFFERED_FRAMES = 128;

interface Sending {
  message: RabbitMessage;
  promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
  isReturned: boolean;
}

/** Sends in the order of the calls, over one channel at a time; opens it when there is something to send. */
export class AmqplibProducer implements QueueProducer {
  private channel: Channel | undefined;
  private isOpening = false;
  /** The socket takes no more for now. */
  private isFull = false;
  private isClosed = false;
  private waiting: Sending[] = [];
  /** Without the broker's answer; in the order in which they were sent. */
  private inFlight = new Set<Sending>();

  constructor(
    private readonly connection: AmqplibConnection,
    private readonly options: QueueProducerOptions,
  ) {}

  send(message: RabbitMessage): Promise<void> {
    const { blockedBecause } = this.connection;
    if (this.isClosed) return Promise.reject(new Error('the producer is closed'));
    if (blockedBecause) return Promise.reject(new Error(`RabbitMQ takes no messages: ${blockedBecause}`));
    const sending = { message, ...Promise.withResolvers<void>(), isReturned: false };
    this.waiting.push(sending);
    this.flush();
    return sending.promise;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const unsettled = [...this.inFlight, ...this.waiting].map(({ promise }) => promise);
    await this.connection.untilClosed(Promise.allSettled(unsettled));
    const { channel } = this;
    if (channel) await this.connection.closeChannel(channel);
  }

  private flush(): void {
    while (this.channel && !this.isFull && this.waiting.length > 0) this.write(this.channel, this.waiting.shift()!);
    if (!this.channel && this.waiting.length > 0) void this.open();
  }

  private write(channel: Channel, sending: Sending): void {
    const { queue, body, properties } = sending.message;
    try {
      this.isFull = !this.options.confirm
        ? !channel.sendToQueue(queue, body, properties)
        : !(channel as ConfirmChannel).sendToQueue(queue, body, properties, (error) =>
            this.settle(channel, sending, error),
          );
    } catch (error) {
      sending.reject(isUnencodable(error) ? new RabbitRejection('TOO_LARGE', (error as Error).message, error) : error);
      return;
    }
    if (this.options.confirm) this.inFlight.add(sending);
    else sending.resolve();
  }

  /** The broker has answered. When the channel closed, `onClosed` has settled it. */
  private settle(channel: Channel, sending: Sending, error: unknown): void {
    if (channel !== this.channel) return;
    this.inFlight.delete(sending);
    if (error) sending.reject(new RabbitRejection('NACKED', 'the queue is full', error));
    else if (sending.isReturned) sending.reject(new RabbitRejection('RETURNED', 'there is no such queue'));
    else sending.resolve();
  }

  private async open(): Promise<void> {
    if (this.isOpening) return;
    this.isOpening = true;
    try {
      const { confirm, bufferedFrames: highWaterMark = BUFFERED_FRAMES } = this.options;
      const channel = await this.connection.openChannel({ confirm, highWaterMark });
      let failure: Error | undefined;
      channel.on('error', (error) => {
        failure = error; // 'close' follows
      });
      channel.on('return', (message) => this.onReturned(message));
      channel.on('drain', () => {
        this.isFull = false;
        this.flush();
      });
      // Before amqplib's own listener, which tells each message that the channel is closed, but not why.
      channel.prependListener('close', () => this.onClosed(failure));
      this.channel = channel;
    } catch (error) {
      for (const { reject } of this.waiting.splice(0)) reject(error);
    } finally {
      this.isOpening = false;
    }
    this.flush();
  }

  /** The broker returns a message before it confirms it. */
  private onReturned({ fields: { routingKey }, properties, content }: Message): void {
    for (const sending of this.inFlight) {
      const { queue, properties: sent } = sending.message;
      if (sending.isReturned || queue !== routingKey || sent.messageId !== properties.messageId) continue;
      sending.isReturned = true;
      return;
    }
    this.options.onReturned?.({ queue: routingKey, body: content, properties });
  }

  /**
   * A message that is too large closes the channel and takes the others along. It is the largest of them, and the others are
   * sent again, before anything else.
   */
  private onClosed(failure: Error | undefined): void {
    const lost = [...this.inFlight];
    this.inFlight.clear();
    this.channel = undefined;
    this.isFull = false;
    if (lost.length > 0 && (failure as { code?: number } | undefined)?.code === PRECONDITION_FAILED) {
      const largest = lost.reduce((a, b) => (b.message.body.length > a.message.body.length ? b : a));
      largest.reject(new RabbitRejection('TOO_LARGE', failure!.message, failure));
      this.waiting.unshift(...lost.filter((sending) => sending !== largest));
    } else {
      for (const { reject } of lost)
        reject(
          new Error('the channel closed before RabbitMQ confirmed', { cause: failure ?? this.connection.lastFailure }),
        );
    }
    queueMicrotask(() => this.flush()); // until then the client may not know that its connection ended too
  }
}

/**
 * amqplib has no room for the headers (64 KiB), AMQP none for a property or a name (255 bytes), or a value has no encoding: the
 * encoder throws errors of several classes. A closed channel throws this one.
 */
const isUnencodable = (error: unknown) => (error as Error).name !== 'IllegalOperationError';
