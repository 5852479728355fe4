import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import type { KafkaClient, RecordBatch, RecordReader } from '../kafka-clients/index.js';
import { Requeued } from '../outcomes/index.js';
import type { EventHandling } from './event-handling.js';
import { fromKafka } from './kafka-envelope.js';
import type { ParkedHandling } from './parked-handling.js';

/** Events of a partition between two commits: what is redelivered after a crash, and then handled one by one. */
const BATCH_SIZE = 100;
const RESTART_AFTER = 1_000;
/** After so many ms in one batch the consumer is not ready: what it waits for does not come. */
const STALLED_AFTER = 30_000;

export interface KafkaConsumerOptions {
  kafka: KafkaClient;
  group: string;
  /** Names without the prefix. */
  topics: readonly string[];
  prefix: string;
  /** Events of a partition in flight. Default 100. */
  batchSize?: number | undefined;
  handling: EventHandling;
  parkedHandling: ParkedHandling;
  /** The topics that are paused, which `parkedHandling` knows too. */
  paused?: Set<string>;
  stopping: AbortSignal;
  logger: Logger;
}

/**
 * Consumes a group's topics. An offset is committed when everything up to it has been committed in the database or is
 * parked there.
 */
export class KafkaConsumer implements HealthCheck {
  readonly name = 'kafka';
  private reader: RecordReader | undefined;
  private running: Promise<unknown> | undefined;
  /** When each partition's batch in progress began. */
  private readonly begun = new Map<string, number>();
  private readonly paused: Set<string>;
  private reading: Reading | undefined;

  constructor(private readonly options: KafkaConsumerOptions) {
    this.paused = options.paused ?? new Set();
  }

  start(): void {
    this.running ??= Promise.all([this.consumeUntilStopped(), this.options.parkedHandling.runUntilStopped()]);
  }

  /** Resolves when what was in flight has ended. */
  async stopped(): Promise<void> {
    await this.running;
  }

  /**
   * Takes no more events of this topic; resolves when those in flight have ended. The group's reader starts again without it:
   * its position stays, and a topic that no member reads holds up no other one.
   */
  async pause(topic: string): Promise<void> {
    this.paused.add(topic);
    await this.readAgain();
  }

  resume(topic: string): void {
    this.paused.delete(topic);
    void this.readAgain();
  }

  async check(): Promise<void> {
    const { group } = this.options;
    const topics = this.unpaused();
    if (topics.length && !this.reader?.isAssigned)
      throw new Error(`${group} has no partitions of ${topics.join(', ')} assigned yet`);
    for (const [place, since] of this.begun) {
      const ms = performance.now() - since;
      if (ms > STALLED_AFTER) throw new Error(`${place} has made no progress for ${Math.round(ms / 1_000)} s`);
    }
  }

  private unpaused(): string[] {
    return this.options.topics.filter((topic) => !this.paused.has(topic));
  }

  /** Resolves when the reader of before has ended. */
  private async readAgain(): Promise<void> {
    const { reading } = this;
    reading?.changed.abort();
    await reading?.ended.promise;
  }

  /** One reader after the other: each until what is paused changes. */
  private async consumeUntilStopped(): Promise<void> {
    const { stopping } = this.options;
    while (!stopping.aborted) {
      const reading = { changed: new AbortController(), ended: Promise.withResolvers<void>() };
      this.reading = reading;
      const until = AbortSignal.any([stopping, reading.changed.signal]);
      await this.readTopics(this.unpaused(), until);
      reading.ended.resolve();
    }
  }

  private async readTopics(topics: readonly string[], stopping: AbortSignal): Promise<void> {
    const { kafka, group, prefix, logger } = this.options;
    this.reader = undefined;
    if (topics.length === 0) return untilAborted(stopping);
    await readUntilStopped({
      reader: () => {
        const consume = (batch: RecordBatch) => this.consume(batch);
        this.reader = kafka.reader({ group: prefix + group, topics: topics.map((topic) => prefix + topic), consume });
        return this.reader;
      },
      stopping,
      logger,
    });
  }

  private async consume(batch: RecordBatch): Promise<void> {
    const { batchSize = BATCH_SIZE, prefix, handling } = this.options;
    const { records, partition } = batch;
    const topic = batch.topic.slice(prefix.length);
    const place = `${topic}/${partition}`;
    try {
      for (let from = 0; from < records.length && batch.isAssigned(); from += batchSize) {
        const some = records.slice(from, from + batchSize);
        const placed = some.map((record) => ({
          place: { topic, partition, offset: record.offset },
          event: fromKafka(record),
          isDeletion: record.value === null,
        }));
        this.begun.set(place, performance.now());
        await handling.handleBatch(topic, placed);
        await batch.commit(some.at(-1)!);
      }
    } catch (error) {
      if (!(error instanceof Requeued)) throw error;
    } finally {
      this.begun.delete(place);
    }
  }
}

/** A group's reader, between two changes of what is paused. */
interface Reading {
  changed: AbortController;
  ended: PromiseWithResolvers<void>;
}

/** Clients recover by themselves from most failures; after the others a new reader takes over. */
export async function readUntilStopped({
  prepare,
  reader,
  stopping,
  logger,
}: {
  /** Done before each reader starts. */
  prepare?: () => Promise<void>;
  reader: () => RecordReader;
  stopping: AbortSignal;
  logger: Logger;
}): Promise<void> {
  while (!stopping.aborted) {
    try {
      await unlessStopped(prepare?.(), stopping);
      if (!stopping.aborted) await reader().readUntil(stopping);
    } catch (error) {
      logger.warn({ err: error }, 'the Kafka consumer stopped, starting it again');
      await pause(RESTART_AFTER, undefined, { signal: stopping }).catch(() => {});
    }
  }
}

/** Resolves with the work, or when `stopping` aborts: a broker that is unavailable does not delay the end. */
async function unlessStopped(work: Promise<void> | undefined, stopping: AbortSignal): Promise<void> {
  await Promise.race([work, untilAborted(stopping)]);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return aborted;
}
