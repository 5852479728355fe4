import {
  type QueueReader,
  type RabbitClient,
  type RabbitDelivery,
  structuredEvent,
  textHeaders,
} from '@waybill/messaging';
import type { HealthCheck } from '@waybill/outbox';
import type { Collector } from './collector.js';
import type { DeadLetterSource } from './dead-letter.js';
import { parseDeadLetter, type RawDeadLetter } from './parse-dead-letter.js';

const PREFETCH = 5;

export interface RabbitCollectorOptions {
  client: RabbitClient;
  sources: readonly DeadLetterSource[];
  /** Creates missing queues, whenever one of the sources is to be read and fails; retried until it succeeds. */
  declare: () => Promise<void>;
  collector: Collector;
  /** Unacknowledged messages per queue. Default 5, because each may have several megabytes. */
  prefetch?: number;
}

/** Collects from dead letter queues. Acknowledges a message after it is stored. */
export class RabbitCollector implements HealthCheck {
  readonly name = 'rabbitmq';
  private readonly readers = new Map<string, QueueReader>();

  constructor(private readonly options: RabbitCollectorOptions) {}

  /** Returns immediately; waits for an unavailable broker in the background. */
  start(): void {
    for (const source of this.options.sources) this.add(source);
  }

  /** Collects from one more, whose absence is no failure of this collector's; does nothing when it is known. */
  add(source: DeadLetterSource): void {
    if (this.options.collector.stopped.aborted || this.readers.has(source.name)) return;
    this.readers.set(source.name, this.read(source));
  }

  /** Call it after `collector.stop()`. Resolves when every message in flight is stored or requeued. */
  async stop(): Promise<void> {
    await Promise.all([...this.readers.values()].map((reader) => reader.close()));
  }

  async check(): Promise<void> {
    const missing = this.options.sources.map(({ name }) => name).filter((name) => !this.readers.get(name)?.queue);
    const reason = this.readers.get(missing[0] ?? '')?.failure?.message ?? 'not started yet';
    if (missing.length) throw new Error(`does not consume ${missing.join(', ')}: ${reason}`);
  }

  private read(source: DeadLetterSource): QueueReader {
    const { client, collector, declare, prefetch = PREFETCH } = this.options;
    return client.reader({
      queue: source.name,
      prefetch,
      declare,
      onMessage: async (message) => {
        const deadLetter = parseDeadLetter(source, rawDeadLetter(message), collector.namespace);
        return (await collector.collect(deadLetter)) ? 'ack' : 'requeue';
      },
    });
  }
}

/** Properties of the message become headers, because an outbox message has only headers: its publisher turns them back. */
export function rawDeadLetter({ body, properties }: RabbitDelivery): RawDeadLetter {
  const { headers, messageId, type, timestamp } = properties;
  const event = structuredEvent(properties.contentType, body)?.attributes;
  const propertyHeaders = {
    'content-type': properties.contentType,
    'content-encoding': properties.contentEncoding,
    'correlation-id': properties.correlationId,
    'reply-to': properties.replyTo,
  };
  const present = Object.entries(propertyHeaders).filter(([, value]) => value !== undefined);
  return {
    headers: textHeaders({ ...headers, ...Object.fromEntries(present) }),
    body,
    messageId: event?.id ?? messageId,
    type: event?.type ?? type,
    timestamp: timestamp && timestamp * 1_000,
  };
}
