import type { QueueReaderOptions, Settlement } from '../rabbitmq/index.js';
import type { Connected } from './lasting-connection.js';
import { toDelivery } from './nats-delivery.js';
import { flushed } from './nats-library.js';
import { type Delay, delaysOf, queueStreamOf } from './nats-queues.js';
import type { NatsSettings } from './nats-settings.js';
import type { Consumer, ConsumerMessages, JsMsg } from './nats-types.js';
import { Slots } from './slots.js';

/** The durable consumer that all readers of a queue share. */
const READERS = 'readers';
/** After how many ms the messages of a dead process are redelivered; a living one says before that it still has them. */
const ACK_WAIT = 10_000;
const NANOSECONDS = 1_000_000;
/** How long the server holds a request that finds no message, in ms. */
const PULL_EXPIRES = 30_000;
/** For readers without a prefetch. */
const UNBOUNDED = 1_000;
/** Of a delay: most of what is read is not due. */
const DELAYED_AT_ONCE = 100;

interface Source {
  consumer: Consumer;
  delay?: Delay;
}

/** Reads a queue and its delays over one connection, no more at a time than the prefetch. */
export class QueueSubscription {
  /** Resolves when it reads no more, with the reason. */
  readonly ended: Promise<unknown>;
  private readonly end: (reason: unknown) => void;
  private readonly slots: Slots;
  /** Which the server must not give to another reader: handled, or waiting for a slot. */
  private readonly held = new Set<JsMsg>();
  private readonly fetching = new Set<ConsumerMessages>();
  private readonly extending: NodeJS.Timeout;
  private isStopped = false;

  private constructor(
    private readonly connected: Connected,
    private readonly options: QueueReaderOptions,
    private readonly settings: NatsSettings,
  ) {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.ended = promise;
    this.end = resolve;
    this.slots = new Slots(options.prefetch ?? UNBOUNDED);
    this.extending = setInterval(() => this.extend(), ACK_WAIT / 3);
    void connected.connection.closed().then((error) => this.end(error ?? new Error('the connection to NATS ended')));
  }

  /** Rejects when there is no such queue. */
  static async open(
    connected: Connected,
    queue: string,
    options: QueueReaderOptions,
    settings: NatsSettings,
  ): Promise<QueueSubscription> {
    const delays = await delaysOf(connected.manager, queue);
    const sources: Source[] = [{ consumer: await readersOf(connected, queueStreamOf(queue)) }];
    for (const delay of delays) sources.push({ consumer: await readersOf(connected, delay.stream), delay });
    const subscription = new QueueSubscription(connected, options, settings);
    for (const source of sources) subscription.read(source).catch(subscription.end);
    return subscription;
  }

  /** Resolves when what it handles is settled. What waits for a slot goes back. */
  async close(): Promise<void> {
    this.isStopped = true;
    for (const messages of this.fetching) messages.stop();
    await this.slots.untilAllFree();
    clearInterval(this.extending);
    this.end(new Error('it is closed'));
    await flushed(this.connected.connection, this.settings);
  }

  private async read({ consumer, delay }: Source): Promise<void> {
    while (!this.isStopped) {
      await this.slots.untilFree();
      if (this.isStopped) return;
      const max_messages = delay ? DELAYED_AT_ONCE : this.slots.free;
      const messages = await consumer.fetch({ max_messages, expires: PULL_EXPIRES });
      this.fetching.add(messages);
      if (this.isStopped) messages.stop();
      for await (const message of messages) void this.receive(message, delay);
      this.fetching.delete(messages);
      if (this.connected.connection.isClosed()) return;
    }
  }

  private async receive(message: JsMsg, delay?: Delay): Promise<void> {
    const early = delay ? message.time.getTime() + delay.ms - Date.now() : 0;
    if (early > 0) return this.settle(() => message.nak(early));
    this.held.add(message);
    await this.slots.take();
    const settlement = this.isStopped ? 'requeue' : await this.handle(message, delay);
    this.settle(() => (settlement === 'ack' ? message.ack() : message.nak()));
    this.held.delete(message);
    this.slots.release();
  }

  private async handle(message: JsMsg, delay?: Delay): Promise<Settlement> {
    // The first time, what is delayed came too early.
    const redelivered = message.info.deliveryCount > (delay ? 2 : 1);
    const more = delay && { 'x-death': [{ queue: delay.queue, reason: 'expired' }] };
    try {
      return (await this.options.onMessage(toDelivery(message, redelivered, more))) ?? 'ack';
    } catch {
      return 'requeue'; // as any client of this interface
    }
  }

  /** Over a connection that has ended nothing is settled: the message is redelivered. */
  private settle(say: () => void): void {
    if (!this.connected.connection.isClosed()) say();
  }

  private extend(): void {
    if (this.connected.connection.isClosed()) return;
    for (const message of this.held) message.working();
  }
}

/** One consumer for all processes: the server deals the messages out, to whoever has asked. */
async function readersOf({ client, manager }: Connected, stream: string): Promise<Consumer> {
  await manager.consumers.add(stream, {
    durable_name: READERS,
    ack_policy: 'explicit',
    ack_wait: ACK_WAIT * NANOSECONDS,
    max_ack_pending: -1, // each process asks for no more than its prefetch
  });
  return client.consumers.get(stream, READERS);
}
