import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import { type AsyncMessage, type Connection, type Consumer, ConsumerStatus } from 'rabbitmq-client';
import { foundLetter } from './found-letter.js';
import type { Intake } from './intake.js';
import type { DeadLetterSource } from './letter.js';

/** Letters of one queue in hand at most; each may be of several megabytes. */
const PREFETCH = 5;
const DECLARE_AGAIN_AFTER = 500;

export interface RabbitIntakeOptions {
  connection: Connection;
  sources: readonly DeadLetterSource[];
  /** Creates the queues that are missing; tried until it succeeds. */
  declare: () => Promise<void>;
  intake: Intake;
  logger: Logger;
}

/** Empties dead letter queues into the tables. A letter is acknowledged once it is committed there. */
export class RabbitIntake implements HealthCheck {
  readonly name = 'rabbitmq';
  private consumers: Consumer[] = [];
  private readonly consuming = new Set<string>();
  private starting: Promise<void> | undefined;

  constructor(private readonly options: RabbitIntakeOptions) {}

  /** Returns at once; a broker that is away is waited for. */
  start(): void {
    this.options.connection.on('error', () => this.consuming.clear());
    this.starting ??= this.startConsuming();
  }

  /** Resolves when what is in hand is committed or given back. */
  async stop(): Promise<void> {
    await this.starting;
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
  }

  async check(): Promise<void> {
    const missing = this.options.sources.filter(({ name }) => !this.consuming.has(name)).map(({ name }) => name);
    if (missing.length) throw new Error(`does not consume ${missing.join(', ')} yet`);
  }

  private async startConsuming(): Promise<void> {
    const { sources, declare, intake, logger } = this.options;
    while (!intake.stopped.aborted) {
      try {
        await declare();
        this.consumers = sources.map((source) => this.consume(source));
        return;
      } catch (error) {
        logger.debug({ err: error }, 'could not declare the dead letter queues yet');
      }
      await pause(DECLARE_AGAIN_AFTER, undefined, { signal: intake.stopped }).catch(() => {});
    }
  }

  private consume(source: DeadLetterSource): Consumer {
    const consumer = this.options.connection.createConsumer(
      {
        queue: source.name,
        concurrency: PREFETCH,
        queueOptions: { passive: true },
        qos: { prefetchCount: PREFETCH },
        requeue: true,
      },
      async (message) => {
        const isTaken = await this.options.intake.take(foundLetter(source, rawLetter(message)));
        return isTaken ? ConsumerStatus.ACK : ConsumerStatus.REQUEUE;
      },
    );
    consumer.on('ready', () => this.consuming.add(source.name));
    consumer.on('error', () => this.consuming.delete(source.name));
    return consumer;
  }
}

/** Properties that belong to the message become headers, as the publisher of tasks has them. */
function rawLetter({ headers = {}, body, messageId, type, timestamp, ...properties }: AsyncMessage) {
  const own = {
    'content-type': properties.contentType,
    'correlation-id': properties.correlationId,
    'reply-to': properties.replyTo,
  };
  const given = Object.entries({ ...headers, ...own }).filter(([, value]) => value !== undefined);
  return {
    headers: Object.fromEntries(given.map(([name, value]) => [name, textOf(value)])),
    body: bytesOf(body),
    messageId,
    type,
    timestamp: timestamp && timestamp * 1_000,
  };
}

const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** The client has parsed JSON that came without a content encoding, which is never the case after a consumer of ours. */
function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
