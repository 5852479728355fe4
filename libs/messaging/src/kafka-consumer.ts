import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { EventHandling } from './event-handling.js';
import { fromKafka } from './kafka-envelope.js';
import { GivenBack } from './patience.middleware.js';
import type { HealthCheck, Logger } from './surroundings.js';

/** How soon a dead member's partitions are given to others; the broker's least is 6 s. */
const SESSION = 6_000;
const HEARTBEAT = 1_500;
/** Keys of a batch that are handled side by side. */
const KEYS_AT_ONCE = 12;
const START_AGAIN_AFTER = 1_000;
const RETRY_PARKED_EVERY = 250;

export interface KafkaConsumerOptions {
  kafka: Kafka;
  group: string;
  /** Names without the prefix. */
  topics: readonly string[];
  prefix: string;
  handling: EventHandling;
  /** Parked events are looked up in the database through this; see `EventHandlingOptions.database`. */
  parkedKeys: (topic: string, keys: string[]) => Promise<Set<string>>;
  dueKeys: () => Promise<{ topic: string; key: string }[]>;
  stopping: AbortSignal;
  logger: Logger;
}

/**
 * Reads a group's topics. Within a key events are handled one after the other, different keys side by side. Offsets are
 * committed when everything up to them has been committed in the database or is parked there.
 */
export class KafkaConsumer implements HealthCheck {
  readonly name = 'kafka';
  private consumer: Consumer | undefined;
  private assigned = false;
  private running: Promise<unknown> | undefined;

  constructor(private readonly options: KafkaConsumerOptions) {}

  start(): void {
    this.running ??= Promise.all([this.consumeUntilStopped(), this.retryParkedUntilStopped()]);
  }

  async stop(): Promise<void> {
    await this.consumer?.disconnect().catch(() => {});
    await this.running;
  }

  async check(): Promise<void> {
    if (!this.assigned) throw new Error('the group has not assigned its partitions yet');
  }

  /** kafkajs tries again by itself for most reasons; for the others it is started anew. */
  private async consumeUntilStopped(): Promise<void> {
    const { stopping, logger } = this.options;
    while (!stopping.aborted) {
      try {
        await this.consumeUntilCrash();
      } catch (error) {
        logger.warn({ err: error }, 'the Kafka consumer stopped, starting it again');
      }
      this.assigned = false;
      await this.consumer?.disconnect().catch(() => {});
      await this.pauseFor(START_AGAIN_AFTER);
    }
  }

  private async consumeUntilCrash(): Promise<void> {
    const { kafka, group, topics, prefix, stopping } = this.options;
    const consumer = kafka.consumer({
      groupId: prefix + group,
      sessionTimeout: SESSION,
      heartbeatInterval: HEARTBEAT,
      rebalanceTimeout: 2 * SESSION,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
    });
    this.consumer = consumer;
    const { promise: crashed, reject: crash, resolve: end } = Promise.withResolvers<void>();
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
    stopping.addEventListener('abort', () => end(), { once: true });

    await consumer.connect();
    await consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 3,
      eachBatch: (batch) => this.takeBatch(batch),
    });
    await crashed;
  }

  private async takeBatch({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
    const { handling, prefix, parkedKeys } = this.options;
    const topic = batch.topic.slice(prefix.length);
    const events = batch.messages.map((message) => ({
      place: { topic, partition: batch.partition, offset: message.offset },
      event: fromKafka(message),
    }));
    if (!events.length) return;

    const beating = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT);
    try {
      const byKey = Map.groupBy(events, ({ event }, index) => event.key ?? `no key ${index}`);
      const parked = await parkedKeys(topic, [...byKey.keys()]);
      await atMost(KEYS_AT_ONCE, [...byKey], ([key, ofKey]) => handling.takeInOrder(ofKey, parked.has(key)));
      if (!isRunning() || isStale()) return;
      const next = String(BigInt(batch.lastOffset()) + 1n);
      resolveOffset(batch.lastOffset());
      await this.consumer?.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: next }]);
    } catch (error) {
      if (!(error instanceof GivenBack)) throw error;
    } finally {
      clearInterval(beating);
    }
  }

  /** Any number of copies may do this: the lock on the key lets one at a time. */
  private async retryParkedUntilStopped(): Promise<void> {
    const { dueKeys, handling, stopping, logger } = this.options;
    while (!stopping.aborted) {
      try {
        for (const { topic, key } of await dueKeys()) while (await handling.retry(topic, key));
      } catch (error) {
        logger.debug({ err: error }, 'could not retry parked events');
        await this.pauseFor(START_AGAIN_AFTER);
      }
      await this.pauseFor(RETRY_PARKED_EVERY);
    }
  }

  private async pauseFor(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.options.stopping }).catch(() => {});
  }
}

/** Does all of the work, so many pieces at a time. Rejects with the first failure, after the others in hand have ended. */
async function atMost<T>(limit: number, pieces: T[], work: (piece: T) => Promise<void>): Promise<void> {
  const left = pieces.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const piece of left) {
      if (failures.length) return;
      await work(piece).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length) throw failures[0];
}
