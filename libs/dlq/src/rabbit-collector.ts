import type { QueueReader, RabbitClient, RabbitDelivery } from '@waybill/messaging';
import type { HealthCheck } from '@waybill/outbox';
import { collectedDeadLetter, type RawDeadLetter } from './collected-dead-letter.js';
import type { Collector } from './collector.js';
import type { DeadLetterSource } from './dead-letter.js';

const PREFETCH = 5;

export interface RabbitCollectorOptions {
  client: RabbitClient;
  sources: readonly DeadLetterSource[];
  /** Creates the queues that are missing; tried until it succeeds. */
  declare: () => Promise<void>;
  collector: Collector;
  /** Unacknowledged messages of one queue. Default 5; each may be of several megabytes. */
  prefetch?: number;
}

/** Collects from dead letter queues. A message is acknowledged once it is stored. */
export class RabbitCollector implements HealthCheck {
  readonly name = 'rabbitmq';
  private readonly readers = new Map<string, QueueReader>();
  private declaring: Promise<void> | undefined;

  constructor(private readonly options: RabbitCollectorOptions) {}

  /** Returns at once, and waits for an unavailable broker in the background. */
  start(): void {
    for (const source of this.options.sources) this.readers.set(source.name, this.read(source));
  }

  /** Resolves when what is in flight is committed or requeued. */
  async stop(): Promise<void> {
    await Promise.all([...this.readers.values()].map((reader) => reader.close()));
  }

  async check(): Promise<void> {
    const missing = this.options.sources.map(({ name }) => name).filter((name) => !this.readers.get(name)?.queue);
    if (missing.length) throw new Error(`does not consume ${missing.join(', ')} yet`);
  }

  private read(source: DeadLetterSource): QueueReader {
    const { client, collector, prefetch = PREFETCH } = this.options;
    return client.reader({
      queue: source.name,
      prefetch,
      declare: () => this.declare(),
      onMessage: async (message) => {
        const deadLetter = collectedDeadLetter(source, rawDeadLetter(message), collector.namespace);
        return (await collector.collect(deadLetter)) ? 'ack' : 'requeue';
      },
    });
  }

  /** Concurrent calls share one declaration. */
  private declare(): Promise<void> {
    this.declaring ??= this.options.declare().finally(() => {
      this.declaring = undefined;
    });
    return this.declaring;
  }
}

/** Properties that belong to the message become headers, as the publisher of tasks has them. */
function rawDeadLetter({ body, properties }: RabbitDelivery): RawDeadLetter {
  const { headers, messageId, type, timestamp } = properties;
  const own = {
    'content-type': properties.contentType,
    'correlation-id': properties.correlationId,
    'reply-to': properties.replyTo,
  };
  const given = Object.entries({ ...headers, ...own }).filter(([, value]) => value !== undefined);
  return {
    headers: Object.fromEntries(given.map(([name, value]) => [name, textOf(value)])),
    body,
    messageId,
    type,
    timestamp: timestamp && timestamp * 1_000,
  };
}

const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
