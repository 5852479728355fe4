import { faultOf, withDefaults } from '@waybill/outbox';
import { retryForever, withTimeout } from '../outcomes/index.js';
import {
  type QueueDeclaration,
  type QueueProducer,
  type QueueProducerOptions,
  type QueueReader,
  type QueueReaderOptions,
  type RabbitClient,
} from '../rabbitmq/index.js';
import type { CallOptions, SqsConnection } from './sqs-connection.js';
import { isDenied, isMissing, unavailable } from './sqs-errors.js';
import { SqsProducer } from './sqs-producer.js';
import { SqsQueues } from './sqs-queues.js';
import { SqsReader } from './sqs-reader.js';
import { type CheckedSettings, checked, DEFAULTS, type SqsSettings } from './sqs-settings.js';
import type { Sqs } from './sqs-types.js';

/** Each reader has one all the time. */
const SOCKETS = { keepAlive: true, maxSockets: 500 };
/** Asked for to see whether the server replies; it need not exist. */
const PROBE = 'probe';

/**
 * Amazon SQS by the AWS SDK, which is loaded when a client is made. What it promises less than RabbitMQ: a queue has no bound on its
 * length, a message is gone after 14 days, delays are whole seconds, and one that was killed with its process comes again only
 * when its visibility timeout ends.
 */
export class SqsClient implements RabbitClient, SqsConnection {
  readonly settings: CheckedSettings;
  isConnected = false;
  /** Why it is not connected. */
  lastFailure: Error | undefined;
  private readonly opened: Promise<Sqs>;
  private readonly closing = new AbortController();
  private readonly queues = new SqsQueues(this);
  private connected = Promise.withResolvers<void>();
  private probing: Promise<unknown> | undefined;

  constructor(settings: SqsSettings) {
    this.settings = checked(withDefaults(DEFAULTS, settings));
    this.opened = this.open();
    this.probe();
  }

  /**
   * Rejects with what to do when there is no region, there are no credentials, or they are refused, or nobody knows the endpoint's
   * host. A server that is unavailable is no error.
   */
  async check(): Promise<void> {
    const sqs = await this.opened;
    await sqs.config.region().catch((cause: Error) => {
      throw new Error('SQS: no region; set AWS_REGION or the option `region`', { cause });
    });
    await sqs.config.credentials().catch((cause: Error) => {
      throw new Error('SQS: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run it in a role', {
        cause,
      });
    });
    await this.ask().catch((cause: Error) => {
      const { endpoint } = this.settings;
      if (codesOf(cause).includes('ENOTFOUND'))
        throw new Error(`SQS: no host has the name in ${endpoint ?? "this region's endpoint"}`, { cause });
      if (faultOf(cause) !== 'unavailable') throw new Error(`SQS refuses these settings: ${cause.message}`, { cause });
    });
  }

  /** Retry tiers need no queue of their own. */
  async declareQueues(queues: readonly QueueDeclaration[]): Promise<void> {
    await this.queues.declare(queues);
  }

  producer(options: QueueProducerOptions): QueueProducer {
    return new SqsProducer(this, this.queues, options);
  }

  reader(options: QueueReaderOptions): QueueReader {
    return new SqsReader(this, this.queues, options);
  }

  get closed(): AbortSignal {
    return this.closing.signal;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.probing;
    this.isConnected = false;
    (await this.opened).destroy();
  }

  async call<T>(
    request: (sqs: Sqs, options: { abortSignal: AbortSignal }) => Promise<T>,
    { timeout = this.settings.requestTimeout, signal }: CallOptions = {},
  ): Promise<T> {
    const timer = AbortSignal.timeout(timeout);
    const signals = [timer, this.closing.signal, ...(signal ? [signal] : [])];
    try {
      const reply = await request(await this.opened, { abortSignal: AbortSignal.any(signals) });
      this.onReply();
      return reply;
    } catch (error) {
      if (isMissing(error) || isDenied(error)) this.onReply();
      if (signal?.aborted || this.closing.signal.aborted) throw error;
      const failure = unavailable(error, timer.aborted);
      if (!failure) throw error;
      this.onFailure(failure);
      throw failure;
    }
  }

  async untilConnected(): Promise<void> {
    const { connectTimeout } = this.settings;
    try {
      await withTimeout(connectTimeout, 'not connected to SQS', this.connected.promise);
    } catch (error) {
      throw new Error((error as Error).message, { cause: this.lastFailure });
    }
  }

  private async open(): Promise<Sqs> {
    const { region, endpoint, credentials } = this.settings;
    const { SQS } = await import('@aws-sdk/client-sqs');
    return new SQS({
      requestHandler: { httpAgent: SOCKETS, httpsAgent: SOCKETS },
      ...(region && { region }),
      ...(credentials && { credentials }),
      // A server's own idea of its address may be no way to it from here.
      ...(endpoint && { endpoint, useQueueUrlAsEndpoint: false }),
    });
  }

  private onReply(): void {
    this.isConnected = true;
    this.connected.resolve();
  }

  private onFailure(error: Error): void {
    const { logger, name } = this.settings;
    logger.debug({ err: error, client: name }, 'SQS does not reply');
    this.lastFailure = error;
    if (this.isConnected) this.connected = Promise.withResolvers();
    this.isConnected = false;
    this.probe();
  }

  /** Whoever only sends learns so that the server is back. */
  private probe(): void {
    this.probing ??= retryForever(
      () => this.ask(),
      this.closing.signal,
      (error) => this.settings.logger.debug({ err: error }, 'not connected to SQS, trying again'),
    ).finally(() => {
      this.probing = undefined;
    });
  }

  private async ask(): Promise<void> {
    try {
      await this.call((sqs, options) => sqs.getQueueUrl({ QueueName: PROBE }, options));
    } catch (error) {
      if (!isMissing(error) && !isDenied(error)) throw error;
    }
  }
}

const codesOf = (error: Error): unknown[] =>
  [error, error.cause].map((each) => (each as { code?: unknown } | undefined)?.code);
