import { setTimeout as pause } from 'node:timers/promises';
import { retryForever } from '../outcomes/index.js';
import type { QueueReader, QueueReaderOptions } from '../rabbitmq/index.js';
import type { Connected, LastingConnection } from './lasting-connection.js';
import { toDelivery } from './nats-delivery.js';
import { flushed } from './nats-library.js';
import { QueueSubscription } from './queue-subscription.js';

const RETRY_AFTER = 200;

interface Subscription {
  ended: Promise<unknown>;
  close(): Promise<void>;
}

/** Subscribes again whenever its connection or its queue is lost. */
export class NatsQueueReader implements QueueReader {
  queue: string | undefined;
  failure: Error | undefined;
  private readonly stopping = new AbortController();
  private subscription: Subscription | undefined;
  private reading = Promise.withResolvers<string>();

  constructor(
    private readonly connection: LastingConnection,
    private readonly options: QueueReaderOptions,
  ) {
    void this.read();
  }

  whenReading(): Promise<string> {
    return this.reading.promise;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.close();
  }

  /** A message that is still being handled comes again: its handling ends before that. */
  private async read(): Promise<void> {
    const { signal } = this.stopping;
    const { queue, onInterrupted } = this.options;
    while (!signal.aborted) {
      this.subscription = await retryForever(
        () => this.subscribe(),
        signal,
        (error) =>
          this.connection.settings.logger.debug({ err: error, queue }, 'could not read the queue, trying again'),
      );
      if (!this.subscription) return;
      const reason = await this.subscription.ended;
      this.queue = undefined;
      this.failure = reason as Error;
      this.reading = Promise.withResolvers();
      if (signal.aborted) return;
      this.connection.settings.logger.debug({ err: reason, queue }, 'stopped reading the queue, trying again');
      onInterrupted?.();
      await this.subscription.close();
      await pause(RETRY_AFTER, undefined, { signal }).catch(() => {}); // it is closed
    }
  }

  private async subscribe(): Promise<Subscription> {
    const { queue, declare } = this.options;
    try {
      await declare?.();
      const connected = await this.connection.get();
      const name = queue ?? `amq.${connected.nats.createInbox('nats')}`;
      const subscription = queue
        ? await QueueSubscription.open(connected, queue, this.options, this.connection.settings)
        : await this.openExclusive(connected, name);
      if (this.stopping.signal.aborted) await subscription.close();
      this.queue = name;
      this.failure = undefined;
      this.reading.resolve(name);
      return subscription;
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  /** A subject that ends with its connection; nothing is stored and nothing acknowledged. */
  private async openExclusive({ connection }: Connected, subject: string): Promise<Subscription> {
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (!error) void this.options.onMessage(toDelivery(message, false));
      },
    });
    await connection.flush(); // only now may others send to it
    const ended = Promise.race([connection.closed(), subscription.closed]);
    return {
      ended: ended.then((error) => error ?? new Error('its connection ended')),
      close: async () => {
        subscription.unsubscribe();
        await flushed(connection, this.connection.settings);
      },
    };
  }
}
