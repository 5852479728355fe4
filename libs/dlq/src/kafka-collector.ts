import {
  type KafkaClient,
  type RecordBatch,
  type RecordReader,
  readUntilStopped,
  type StoredRecord,
} from '@waybill/messaging';
import type { HealthCheck, Logger } from '@waybill/outbox';
import type { Collector } from './collector.js';
import type { DeadLetterSource } from './dead-letter.js';
import { parseDeadLetter, type RawDeadLetter } from './parse-dead-letter.js';

/** Bytes. Dead letters are few, and the console's memory is small. */
const MAX_FETCH = 2 * 1024 * 1024;

export interface KafkaCollectorOptions {
  kafka: KafkaClient;
  /** Consumer group. */
  group: string;
  sources: readonly DeadLetterSource[];
  /** Creates missing topics; retried until it succeeds. */
  declare: () => Promise<void>;
  /** Prefix of all topics and of the group, for tests that share a broker. Default none. */
  prefix?: string;
  collector: Collector;
  logger: Logger;
}

/** Collects from dead letter topics. Commits an offset after everything before it is stored. */
export class KafkaCollector implements HealthCheck {
  readonly name = 'kafka';
  private readonly prefix: string;
  private readonly byTopic: Map<string, DeadLetterSource>;
  private reader: RecordReader | undefined;
  private running: Promise<void> | undefined;
  /** Aborts when there is another topic to read: a consumer's topics are those that it began with. */
  private changed = new AbortController();

  constructor(private readonly options: KafkaCollectorOptions) {
    this.prefix = options.prefix ?? '';
    this.byTopic = new Map(options.sources.map((source) => [this.prefix + source.name, source]));
  }

  /** Returns immediately; waits for an unavailable broker in the background. */
  start(): void {
    this.running ??= this.collectUntilStopped();
  }

  /** Collects from more topics; those that are known change nothing. */
  add(sources: readonly DeadLetterSource[]): void {
    const added = sources.filter(({ name }) => !this.byTopic.has(this.prefix + name));
    if (added.length === 0) return;
    for (const source of added) this.byTopic.set(this.prefix + source.name, source);
    this.changed.abort();
    this.changed = new AbortController();
  }

  /** Call it after `collector.stop()`. Resolves when nothing is in flight. */
  async stop(): Promise<void> {
    await this.running;
  }

  async check(): Promise<void> {
    if (!this.reader?.isAssigned) throw new Error('no partitions are assigned yet');
  }

  private async collectUntilStopped(): Promise<void> {
    const { kafka, group, declare, logger, collector } = this.options;
    const stopping = collector.stopped;
    const reader = () => {
      const current = kafka.reader({
        group: this.prefix + group,
        topics: [...this.byTopic.keys()],
        maxBytes: MAX_FETCH,
        consume: (batch) => this.consume(batch),
      });
      this.reader = current;
      const { signal } = this.changed;
      return {
        isAssigned: false,
        readUntil: (ending: AbortSignal) => current.readUntil(AbortSignal.any([ending, signal])),
      };
    };
    await readUntilStopped({ prepare: declare, reader, stopping, logger });
  }

  private async consume(batch: RecordBatch): Promise<void> {
    const { topic, partition, records } = batch;
    const { collector } = this.options;
    const source = this.byTopic.get(topic)!;
    let last: StoredRecord | undefined;
    for (const record of records) {
      const raw = rawDeadLetter(record, `${topic}/${partition}/${record.offset}`);
      const isStored = await collector.collect(parseDeadLetter(source, raw, collector.namespace));
      if (!isStored || !batch.isAssigned()) break;
      last = record;
    }
    if (last) await batch.commit(last);
  }
}

const rawDeadLetter = ({ headers, key, value, timestamp }: StoredRecord, place: string): RawDeadLetter => ({
  headers,
  body: value ?? Buffer.alloc(0),
  key: key?.toString('utf8') ?? null,
  timestamp,
  place,
});
