import type { Logger } from '@waybill/outbox';

export interface KafkaSettings {
  /** `host:port` each. */
  brokers: string[];
  /** Who asks, in the broker's logs. */
  clientId: string;
  logger: Logger;
}

/** The libraries that carry events. They keep the same promises; the first is the default. */
export const KAFKA_CLIENTS = ['kafkajs', '@platformatic/kafka'] as const;

/** What carries events to Kafka and back. */
export interface KafkaClient {
  /** A producer with a connection of its own. It connects when it has something to send. */
  producer(acks: Acks): RecordProducer;
  reader(options: ReaderOptions): RecordReader;
}

/** Who has stored a record when `send` resolves: every replica in sync, once though it is sent again; or nobody. */
export type Acks = 'all' | 'none';

export interface RecordProducer {
  /**
   * Resolves when the records have been acknowledged as far as they are to be. The same key goes to the partition that
   * Java's client chooses (murmur2). Rejects with `BrokerRefusal` when the broker says why it did not take them.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** What is being sent may end first. */
  close(): Promise<void>;
}

export interface OutgoingRecord {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  value: Buffer;
}

/** The broker's own answer. An error of any other class is about the way to it. */
export class BrokerRefusal extends Error {
  constructor(
    /** As Kafka's protocol names it, e.g. MESSAGE_TOO_LARGE. */
    readonly code: string,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

export interface ReaderOptions {
  /** Consumer group and topics, as the broker knows them. A group that has read nothing yet begins with the first record. */
  group: string;
  topics: readonly string[];
  /** Called with one batch of a partition after the other, partitions side by side. What is not committed comes again. */
  take(batch: RecordBatch): Promise<void>;
}

export interface RecordBatch {
  topic: string;
  partition: number;
  /** In their order, at least one. */
  records: readonly StoredRecord[];
  /** False when somebody else may have the partition by now, or the reader is to stop. */
  isOurs(): boolean;
  /** Notes that the group has taken this record and all before it. */
  commit(record: StoredRecord): Promise<void>;
}

export interface StoredRecord {
  key: Buffer | null;
  headers: Record<string, string>;
  value: Buffer;
  offset: string;
}

export interface RecordReader {
  /** Whether the group has given it its partitions. */
  readonly isAssigned: boolean;
  /** Resolves when it was told to stop and what it had in hand has ended; rejects when it can't go on. Called once. */
  readUntil(stopping: AbortSignal): Promise<void>;
}

/** How soon a dead member's partitions are given to others, in ms; the broker's least is 6 s. */
export const SESSION = 6_000;
export const HEARTBEAT = 1_500;
/** How long a broker may wait for a first record before it answers that there is none, in ms. */
export const FETCH_WAIT = 500;
