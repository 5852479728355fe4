import type { Duplex } from 'node:stream';
import { withDefaults } from '@waybill/outbox';
import type { ChannelModel, RecoveringChannelModel } from 'amqplib';
import { withTimeout } from '../outcomes/index.js';
import type { AmqplibConnection } from './amqplib-connection.js';
import { AmqplibProducer } from './amqplib-producer.js';
import { AmqplibReader } from './amqplib-reader.js';
import type { Channel, ChannelOptions } from './amqplib-types.js';
import type {
  QueueDeclaration,
  QueueProducer,
  QueueProducerOptions,
  QueueReader,
  QueueReaderOptions,
  RabbitClient,
  RabbitSettings,
} from './rabbit-client.js';

const DEFAULTS = {
  heartbeat: 10,
  retryDelay: { first: 200, longest: 2_000 },
  connectTimeout: 5_000,
  closeTimeout: 2_000,
};

/** RabbitMQ by amqplib, which is loaded when a client is made: without RabbitMQ nobody needs it. Its own recovery reconnects; channels, and what goes over them, are opened again here. */
export class AmqplibClient implements RabbitClient, AmqplibConnection {
  readonly settings: Required<RabbitSettings>;
  /** Why the broker reads nothing from publishers, while it does not. */
  blockedBecause: string | undefined;
  /** Why there is no connection; its code tells whether the broker is unavailable. */
  lastFailure: Error | undefined;
  private readonly connection: Promise<RecoveringChannelModel>;
  private model: ChannelModel | undefined;
  private connected = Promise.withResolvers<ChannelModel>();
  /** Destroys the socket, which amqplib itself leaves open when the broker does not reply. */
  private readonly destroyed = new AbortController();

  constructor(settings: RabbitSettings) {
    this.settings = withDefaults(DEFAULTS, settings);
    this.connection = this.connect(new URL(settings.url));
    this.connected.promise.catch(() => {}); // nobody has to wait for it
  }

  get isConnected(): boolean {
    return this.model !== undefined;
  }

  async declareQueues(queues: readonly QueueDeclaration[]): Promise<void> {
    const channel = await this.openChannel();
    channel.on('error', () => {}); // the operation rejects with it
    try {
      for (const { name, arguments: settings } of queues) await channel.assertQueue(name, { arguments: settings });
    } finally {
      await this.closeChannel(channel);
    }
  }

  producer(options: QueueProducerOptions): QueueProducer {
    return new AmqplibProducer(this, options);
  }

  reader(options: QueueReaderOptions): QueueReader {
    return new AmqplibReader(this, options);
  }

  async close(): Promise<void> {
    this.connected.reject(new Error('the connection to RabbitMQ is closed'));
    const closing = this.connection.then((connection) => connection.close());
    await this.untilClosed(closing);
    this.model = undefined;
    this.destroyed.abort();
  }

  async openChannel({ confirm = false, ...options }: ChannelOptions & { confirm?: boolean } = {}): Promise<Channel> {
    const model = this.model ?? (await this.untilConnected());
    return confirm ? model.createConfirmChannel(options) : model.createChannel(options);
  }

  private async untilConnected(): Promise<ChannelModel> {
    const { connectTimeout } = this.settings;
    try {
      return await withTimeout(connectTimeout, 'not connected to RabbitMQ', this.connected.promise);
    } catch (error) {
      throw new Error((error as Error).message, { cause: this.lastFailure });
    }
  }

  /** amqplib's own promise stays pending when the connection ends before the broker replies. */
  async closeChannel(channel: Channel): Promise<void> {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    channel.once('close', resolve);
    channel.close().catch(() => resolve());
    await this.untilClosed(closed);
  }

  async untilClosed(closing: Promise<unknown>): Promise<void> {
    const { closeTimeout, logger, name } = this.settings;
    await withTimeout(closeTimeout, 'RabbitMQ did not reply', closing).catch((error) =>
      logger.debug({ err: error, connection: name }, 'could not close in order'),
    );
  }

  private async connect(address: URL): Promise<RecoveringChannelModel> {
    const { heartbeat, name, retryDelay, connectTimeout, logger } = this.settings;
    if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', `${heartbeat}`);
    const socket = { noDelay: true, timeout: connectTimeout, signal: this.destroyed.signal };
    const { default: amqp } = await import('amqplib');
    const connection = await amqp.connect(address.href, {
      ...socket,
      clientProperties: { connection_name: name },
      recovery: { initialDelay: retryDelay.first, maxDelay: retryDelay.longest, waitForConnect: false },
    });
    return connection
      .on('connect', (model) => this.onConnected(model))
      .on('disconnect', (error) => this.onDisconnected(error))
      .on('connect-failed', (error) => {
        this.lastFailure = error;
        logger.debug({ err: error, connection: name }, 'could not connect to RabbitMQ');
      })
      .on('error', (error) => {
        this.lastFailure = error; // 'disconnect' follows
      })
      .on('blocked', (reason) => {
        this.blockedBecause = reason;
      })
      .on('unblocked', () => {
        this.blockedBecause = undefined;
      });
  }

  private onConnected(model: ChannelModel): void {
    coalesceWrites(model);
    this.model = model;
    this.connected.resolve(model);
  }

  private onDisconnected(error: Error): void {
    const { logger, name } = this.settings;
    this.model = undefined;
    this.blockedBecause = undefined;
    this.connected = Promise.withResolvers();
    this.connected.promise.catch(() => {});
    logger.debug({ err: error, connection: name }, 'lost the connection to RabbitMQ');
  }
}

/** amqplib writes frame by frame; all frames of one turn of the event loop are one system call here. */
function coalesceWrites(model: ChannelModel): void {
  const { stream } = model.connection as unknown as { stream: Duplex };
  const write = stream.write.bind(stream) as (chunk: unknown) => boolean;
  const uncork = () => stream.uncork();
  stream.write = (chunk: unknown) => {
    if (stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(uncork);
    }
    return write(chunk);
  };
}
