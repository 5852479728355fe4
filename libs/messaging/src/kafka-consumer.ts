import { setTimeout as pause } from 'node:timers/promises';
import type { Batch, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { EventHandling } from './event-handling.js';
import { fromKafka } from './kafka-envelope.js';
import type { ParkedRetries } from './parked-retries.js';
import { GivenBack } from './patience.middleware.js';
import type { HealthCheck, Logger } from './surroundings.js';

/** How soon a dead member's partitions are given to others; the broker's least is 6 s. */
const SESSION = 6_000;
const HEARTBEAT = 1_500;
/** Events in hand at most, for each partition: what comes again after a crash, and is then handled one by one. */
const IN_HAND = 100;
const START_AGAIN_AFTER = 1_000;

export interface KafkaConsumerOptions {
  kafka: Kafka;
  group: string;
  /** Names without the prefix. */
  topics: readonly string[];
  prefix: string;
  handling: EventHandling;
  retries: ParkedRetries;
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
    this.running ??= Promise.all([this.consumeUntilStopped(), this.options.retries.runUntilStopped()]);
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
    let isOurs = true; // as far as we know: a heartbeat that is refused calls for a rebalance
    const beat = () =>
      heartbeat().catch(() => {
        isOurs = false;
      });
    const beating = setInterval(() => void beat(), HEARTBEAT);
    try {
      for (let from = 0; from < batch.messages.length; from += IN_HAND) {
        if (!isOurs || !isRunning() || isStale()) return;
        await this.takeTogether(batch, batch.messages.slice(from, from + IN_HAND), resolveOffset);
      }
    } catch (error) {
      if (!(error instanceof GivenBack)) throw error;
    } finally {
      clearInterval(beating);
    }
  }

  private async takeTogether(
    { topic, partition }: Batch,
    messages: KafkaMessage[],
    resolveOffset: (offset: string) => void,
  ): Promise<void> {
    const name = topic.slice(this.options.prefix.length);
    const events = messages.map((message) => ({
      place: { topic: name, partition, offset: message.offset },
      event: fromKafka(message),
    }));
    await this.options.handling.takeTogether(name, events);
    const last = messages.at(-1)!.offset;
    resolveOffset(last);
    await this.consumer?.commitOffsets([{ topic, partition, offset: String(BigInt(last) + 1n) }]);
  }

  private async pauseFor(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.options.stopping }).catch(() => {});
  }
}
