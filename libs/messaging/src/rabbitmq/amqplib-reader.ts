import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import { retryForever } from '../outcomes/index.js';
import type { AmqplibConnection } from './amqplib-connection.js';
import type { QueueReader, QueueReaderOptions, Settlement } from './rabbit-client.js';

interface Subscription {
  channel: Channel;
  queue: string;
  consumerTag: string;
  /** The channel closed, or the queue was deleted. */
  ended: Promise<void>;
}

/** Subscribes again, on a new channel, whenever its connection, channel or queue is lost. */
export class AmqplibReader implements QueueReader {
  private readonly stopping = new AbortController();
  failure: Error | undefined;
  private subscription: Subscription | undefined;
  private reading = Promise.withResolvers<string>();
  private inFlight = 0;
  private idle = Promise.withResolvers<void>();

  constructor(
    private readonly connection: AmqplibConnection,
    private readonly options: QueueReaderOptions,
  ) {
    void this.read();
  }

  get queue(): string | undefined {
    return this.subscription?.queue;
  }

  whenReading(): Promise<string> {
    return this.reading.promise;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    const { subscription } = this;
    if (subscription) await this.connection.untilClosed(subscription.channel.cancel(subscription.consumerTag));
    await this.untilIdle();
    if (subscription) await this.connection.closeChannel(subscription.channel);
  }

  /** A message that is still being handled comes again: its handling ends before that. */
  private async read(): Promise<void> {
    const { signal } = this.stopping;
    const { logger, retryDelay } = this.connection.settings;
    const { queue, onInterrupted } = this.options;
    while (!signal.aborted) {
      const subscribe = () => this.subscribe();
      this.subscription = await retryForever(subscribe, signal, (error) =>
        logger.debug({ err: error, queue }, 'could not read the queue, trying again'),
      );
      if (!this.subscription) return;
      this.failure = undefined;
      const { channel, ended, queue: name } = this.subscription;
      this.reading.resolve(name);
      await ended;
      this.subscription = undefined;
      this.failure = new Error('its channel ended, or the queue was deleted');
      this.reading = Promise.withResolvers();
      if (signal.aborted) return;

      logger.debug({ queue }, 'stopped reading the queue, trying again');
      onInterrupted?.();
      await this.untilIdle();
      await this.connection.closeChannel(channel); // it is open when the queue was deleted
      await pause(retryDelay.first, undefined, { signal }).catch(() => {});
    }
  }

  private async subscribe(): Promise<Subscription> {
    try {
      await this.options.declare?.();
      return await this.subscribeTo(await this.connection.openChannel());
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  private async subscribeTo(channel: Channel): Promise<Subscription> {
    const { queue, prefetch } = this.options;
    const { logger } = this.connection.settings;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    channel.on('close', end);
    channel.on('error', (error) => logger.debug({ err: error, queue }, 'RabbitMQ closed the channel'));
    try {
      if (prefetch) await channel.prefetch(prefetch);
      const name =
        queue ?? (await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false })).queue;
      const onMessage = (message: ConsumeMessage | null) => (message ? this.deliver(message, channel) : end());
      const { consumerTag } = await channel.consume(name, onMessage, { noAck: !prefetch });
      return { channel, queue: name, consumerTag, ended };
    } catch (error) {
      await this.connection.closeChannel(channel);
      throw error;
    }
  }

  private deliver(message: ConsumeMessage, channel: Channel): void {
    if (this.stopping.signal.aborted) return; // redelivered once the channel is closed
    const { content: body, fields, properties } = message;
    const handling = this.options.onMessage({ body, redelivered: fields.redelivered, properties });
    if (!handling) return;
    this.inFlight++;
    handling.then(
      (settlement) => this.settle(channel, message, settlement),
      () => this.settle(channel, message, 'requeue'),
    );
  }

  /** On the channel that it came by: another one knows nothing of it. */
  private settle(channel: Channel, message: ConsumeMessage, settlement: Settlement): void {
    try {
      if (settlement === 'ack') channel.ack(message);
      else channel.nack(message);
    } catch (error) {
      const { queue } = this.options;
      this.connection.settings.logger.debug({ err: error, queue }, 'the channel is closed, the message is redelivered');
    }
    if (--this.inFlight === 0) {
      this.idle.resolve();
      this.idle = Promise.withResolvers();
    }
  }

  private async untilIdle(): Promise<void> {
    if (this.inFlight > 0) await this.idle.promise;
  }
}
