import {
  declareQueues,
  failureHeaders,
  type QueueReader,
  type RabbitClient,
  type RabbitDelivery,
  REGISTER_CONSUMER_QUEUE,
  registerConsumerOf,
  retryForever,
} from '@waybill/messaging';
import type { HealthCheck, Logger } from '@waybill/outbox';
import type { Collector } from './collector.js';
import type { DeadLetterSource } from './dead-letter.js';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { type ConsumedNames, deadLetterSourcesOf } from './dead-letter-sources.js';
import { parseDeadLetter } from './parse-dead-letter.js';
import { rawDeadLetter } from './rabbit-collector.js';
import { RegisteredConsumers } from './registered-consumers.js';

const QUEUE = REGISTER_CONSUMER_QUEUE.name;
const PREFETCH = 5;

export interface ConsumerRegistrationsOptions {
  client: RabbitClient;
  database: DeadLetterDatabase;
  collector: Collector;
  /** Collects from these too; called again for what is known already. */
  onConsumer: (consumer: ConsumedNames, sources: readonly DeadLetterSource[]) => void;
  logger: Logger;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
}

/**
 * Consumers of other applications that register themselves. A registration is acknowledged after it is stored; one that cannot be
 * read is stored as a dead letter itself.
 */
export class ConsumerRegistrations implements HealthCheck {
  readonly name = 'consumer registrations';
  private readonly consumers: RegisteredConsumers;
  private reader: QueueReader | undefined;
  private starting: Promise<void> | undefined;

  constructor(private readonly options: ConsumerRegistrationsOptions) {
    this.consumers = new RegisteredConsumers(options.schema);
  }

  /** Returns immediately; waits for an unavailable database or broker in the background. */
  start(): void {
    this.starting ??= this.loadAndRead();
  }

  /** Call it after `collector.stop()`. Resolves when nothing is in flight. */
  async stop(): Promise<void> {
    await this.starting;
    await this.reader?.close();
  }

  async check(): Promise<void> {
    if (!this.reader?.queue) throw new Error(`does not consume ${QUEUE}: ${this.reader?.failure ?? 'not started yet'}`);
  }

  private async loadAndRead(): Promise<void> {
    const { client, database, collector } = this.options;
    const load = async () => {
      for (const consumer of await this.consumers.list(database.autocommit)) this.collectFrom(consumer);
      return true;
    };
    if (!(await this.untilStopped(load, 'could not load the registered consumers, trying again'))) return;
    this.reader = client.reader({
      queue: QUEUE,
      prefetch: PREFETCH,
      declare: () => declareQueues(client, [REGISTER_CONSUMER_QUEUE]),
      onMessage: async (message) => ((await this.register(message, collector)) ? 'ack' : 'requeue'),
    });
  }

  /** Resolves with whether it is stored. */
  private async register(message: RabbitDelivery, collector: Collector): Promise<boolean> {
    const consumer = consumerIn(message, collector.namespace);
    if (typeof consumer === 'string') return collector.collect(malformed(message, consumer, collector.namespace));
    const { database, logger } = this.options;
    const add = async () => {
      await this.consumers.add(database.autocommit, consumer);
      return true;
    };
    if (!(await this.untilStopped(add, 'could not store a registration, trying again'))) return false;
    this.collectFrom(consumer);
    logger.info({ ...consumer }, 'a consumer has registered: its dead letters are collected');
    return true;
  }

  private collectFrom(consumer: ConsumedNames): void {
    this.options.onConsumer(consumer, deadLetterSourcesOf(consumer));
  }

  private async untilStopped(work: () => Promise<boolean>, failure: string): Promise<boolean> {
    const { collector, logger } = this.options;
    const done = await retryForever(work, collector.stopped, (error) => logger.warn({ err: error }, failure));
    return done ?? false;
  }
}

/** The consumer, or what is wrong with the message. */
function consumerIn({ body, properties }: RabbitDelivery, namespace: string | undefined): ConsumedNames | string {
  const { type, schema } = registerConsumerOf(namespace);
  if (properties.type !== type) return `${properties.type || 'a message without a type'} is not ${type}`;
  try {
    const { data, error } = schema.safeParse(JSON.parse(body.toString('utf8')));
    return (
      data ?? `not a ${type}: ${error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`
    );
  } catch {
    return 'the body is not JSON';
  }
}

function malformed(message: RabbitDelivery, error: string, namespace: string | undefined) {
  const from = deadLetterSourcesOf({ consumer: 'console', queues: [QUEUE], topics: [] })[0]!;
  const now = new Date().toISOString();
  const failure = failureHeaders(
    {
      source: QUEUE,
      consumer: from.consumer,
      class: 'malformed',
      error,
      attempts: 1,
      firstFailedAt: now,
      lastFailedAt: now,
    },
    namespace,
  );
  const raw = rawDeadLetter(message);
  return parseDeadLetter(from, { ...raw, headers: { ...raw.headers, ...failure } }, namespace);
}
