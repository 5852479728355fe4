import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { foundLetter } from './found-letter.js';
import type { Intake } from './intake.js';
import type { DeadLetterSource } from './letter.js';

const SESSION = 6_000;
const HEARTBEAT = 1_500;
const START_AGAIN_AFTER = 1_000;
/** Bytes of a fetch: letters are few, and this process is small. */
const FETCH = 2 * 1024 * 1024;

export interface KafkaIntakeOptions {
  kafka: Kafka;
  /** Consumer group. */
  group: string;
  sources: readonly DeadLetterSource[];
  /** Creates the topics that are missing; tried until it succeeds. */
  declare: () => Promise<void>;
  /** Put before every topic's and group's name; default none. For tests that share a broker. */
  prefix?: string;
  intake: Intake;
  logger: Logger;
}

/** Reads dead letter topics into the tables. An offset is committed once everything before it is committed there. */
export class KafkaIntake implements HealthCheck {
  readonly name = 'kafka';
  private readonly prefix: string;
  private readonly byTopic: Map<string, DeadLetterSource>;
  private consumer: Consumer | undefined;
  private running: Promise<void> | undefined;
  private assigned = false;

  constructor(private readonly options: KafkaIntakeOptions) {
    this.prefix = options.prefix ?? '';
    this.byTopic = new Map(options.sources.map((source) => [this.prefix + source.name, source]));
  }

  /** Returns at once; a broker that is away is waited for. */
  start(): void {
    this.running ??= this.readUntilStopped();
  }

  async stop(): Promise<void> {
    await this.consumer?.disconnect().catch(() => {});
    await this.running;
  }

  async check(): Promise<void> {
    if (!this.assigned) throw new Error('the group has not assigned its partitions yet');
  }

  /** kafkajs tries again by itself for most reasons; for the others it is started anew. */
  private async readUntilStopped(): Promise<void> {
    const { intake, logger } = this.options;
    while (!intake.stopped.aborted) {
      try {
        await this.readUntilCrash();
      } catch (error) {
        logger.warn({ err: error }, 'reading the dead letter topics stopped, starting again');
      }
      this.assigned = false;
      await this.consumer?.disconnect().catch(() => {});
      await pause(START_AGAIN_AFTER, undefined, { signal: intake.stopped }).catch(() => {});
    }
  }

  private async readUntilCrash(): Promise<void> {
    const { kafka, group, intake, declare } = this.options;
    await declare();
    const consumer = kafka.consumer({
      groupId: this.prefix + group,
      sessionTimeout: SESSION,
      heartbeatInterval: HEARTBEAT,
      rebalanceTimeout: 2 * SESSION,
      maxBytes: FETCH,
      maxBytesPerPartition: FETCH / 2,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
    });
    this.consumer = consumer;
    const { promise: ended, reject: crash, resolve: end } = Promise.withResolvers<void>();
    consumer.on('consumer.group_join', () => {
      this.assigned = true;
    });
    consumer.on('consumer.rebalancing', () => {
      this.assigned = false;
    });
    consumer.on('consumer.crash', ({ payload }) => {
      this.assigned = false;
      if (!payload.restart) crash(payload.error);
    });
    intake.stopped.addEventListener('abort', () => end(), { once: true });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.byTopic.keys()], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (batch) => this.takeBatch(batch),
    });
    await ended;
  }

  private async takeBatch({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    const source = this.byTopic.get(topic)!;
    const beating = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT);
    try {
      for (const message of messages) {
        const place = `${topic}/${partition}/${message.offset}`;
        const isTaken = await this.options.intake.take(foundLetter(source, rawLetter(message, place)));
        if (!isTaken || !isRunning() || isStale()) return;
        resolveOffset(message.offset);
      }
      const next = String(BigInt(batch.lastOffset()) + 1n);
      await this.consumer?.commitOffsets([{ topic, partition, offset: next }]);
    } finally {
      clearInterval(beating);
    }
  }
}

function rawLetter({ headers = {}, key, value, timestamp }: KafkaMessage, place: string) {
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, String(content)])),
    body: value ?? Buffer.alloc(0),
    key: key?.toString('utf8') ?? null,
    timestamp: Number(timestamp),
    place,
  };
}
