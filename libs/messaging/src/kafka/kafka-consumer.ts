import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import { Requeued } from '../handling/index.js';
import type { EventHandling } from './event-handling.js';
import type { KafkaClient, RecordBatch, RecordReader, StoredRecord } from './kafka-client.js';
import { fromKafka } from './kafka-envelope.js';
import type { ParkedRetries } from './parked-retries.js';

/** Events in hand at most, for each partition: what comes again after a crash, and is then handled one by one. */
const BATCH_SIZE = 100;
const START_AGAIN_AFTER = 1_000;

export interface KafkaConsumerOptions {
  kafka: KafkaClient;
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
  private reader: RecordReader | undefined;
  private running: Promise<unknown> | undefined;

  constructor(private readonly options: KafkaConsumerOptions) {}

  start(): void {
    this.running ??= Promise.all([this.consumeUntilStopped(), this.options.retries.runUntilStopped()]);
  }

  /** Resolves when what was in hand has ended. */
  async stopped(): Promise<void> {
    await this.running;
  }

  async check(): Promise<void> {
    if (!this.reader?.isAssigned) throw new Error('the group has not assigned its partitions yet');
  }

  /** Clients try again by themselves for most reasons; for the others there is a new reader. */
  private async consumeUntilStopped(): Promise<void> {
    const { kafka, group, topics, prefix, stopping, logger } = this.options;
    while (!stopping.aborted) {
      this.reader = kafka.reader({
        group: prefix + group,
        topics: topics.map((topic) => prefix + topic),
        take: (batch) => this.take(batch),
      });
      try {
        await this.reader.readUntil(stopping);
      } catch (error) {
        logger.warn({ err: error }, 'the Kafka consumer stopped, starting it again');
        await pause(START_AGAIN_AFTER, undefined, { signal: stopping }).catch(() => {});
      }
    }
  }

  private async take(batch: RecordBatch): Promise<void> {
    try {
      for (let from = 0; from < batch.records.length && batch.isOurs(); from += BATCH_SIZE) {
        const records = batch.records.slice(from, from + BATCH_SIZE);
        await this.handleBatch(batch, records);
        await batch.commit(records.at(-1)!);
      }
    } catch (error) {
      if (!(error instanceof Requeued)) throw error;
    }
  }

  private handleBatch({ topic, partition }: RecordBatch, records: readonly StoredRecord[]): Promise<void> {
    const name = topic.slice(this.options.prefix.length);
    const events = records.map((record) => ({
      place: { topic: name, partition, offset: record.offset },
      event: fromKafka(record),
    }));
    return this.options.handling.handleBatch(name, events);
  }
}
