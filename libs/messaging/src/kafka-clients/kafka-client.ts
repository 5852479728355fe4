import type { Logger } from '@waybill/outbox';

export interface KafkaSettings {
  /** `host:port` each. */
  brokers: string[];
  /** Name of this client in the broker's logs. */
  clientId: string;
  logger: Logger;
}

/** The client libraries. Both pass the conformance suites; the first is the default. */
export const KAFKA_CLIENTS = ['kafkajs', '@platformatic/kafka'] as const;

/** What producers and consumers need of a client library. */
export interface KafkaClient {
  /** Rejects with what to do when the broker refuses these settings; one that is unavailable is no error. */
  check?(): Promise<void>;
  /** A producer with a connection of its own. It connects when it has something to send. */
  producer(acks: Acks): RecordProducer;
  reader(options: ReaderOptions): RecordReader;
}

/** A client that can also write in Kafka's transactions. */
export interface TransactionalKafkaClient extends KafkaClient {
  /**
   * Takes a partition over from earlier readers of the group: ends their transactions, and only then reads how far they came.
   * Whatever they still send is rejected, however long they were suspended.
   */
  transactions(reader: PartitionReader): Promise<ReaderTransactions>;
}

/** Group and topic as the broker knows them. */
export interface PartitionReader {
  group: string;
  topic: string;
  partition: number;
}

/** The transactions of one partition's reader, one after the other. */
export interface ReaderTransactions {
  /** Earlier readers have committed everything before this offset, wherever the group began to read. */
  readonly committed: bigint;
  /**
   * Writes the records and commits the offset `next`: both or neither. When it rejects, only who takes over knows whether they
   * were written.
   */
  commit(records: readonly OutgoingRecord[], next: bigint): Promise<void>;
  close(): Promise<void>;
}

/** The next reader of a partition has the same id, by which the broker fences the one before. */
export const transactionalIdOf = ({ group, topic, partition }: PartitionReader): string =>
  `${group}.${topic}.${partition}`;

/** What has stored a record when `send` resolves: every in-sync replica, exactly once even when it is resent; or no broker. */
export type Acks = 'all' | 'none';

export interface RecordProducer {
  /**
   * Resolves when the records are acknowledged according to `acks`. The same key goes to the partition that
   * Java's client chooses (murmur2). Rejects with `BrokerRejection` when the broker says why it rejected them.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Lets sends in flight end first. */
  close(): Promise<void>;
}

export interface OutgoingRecord {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  value: Buffer;
}

/** The broker's own error. An error of any other class is about the connection. */
export class BrokerRejection extends Error {
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
  /** Called with one batch of a partition after the other, partitions concurrently. What is not committed is redelivered. */
  consume(batch: RecordBatch): Promise<void>;
  /** Bytes per fetch. Default: the client's own. */
  maxBytes?: number;
}

export interface RecordBatch {
  topic: string;
  partition: number;
  /** In their order, at least one. */
  records: readonly StoredRecord[];
  /** False when another member may have the partition by now, or the reader stops. */
  isAssigned(): boolean;
  /** Commits the offset: the group has consumed this record and all before it. */
  commit(record: StoredRecord): Promise<void>;
}

export interface StoredRecord {
  key: Buffer | null;
  headers: Record<string, string>;
  /** Null deletes the key of a compacted topic. */
  value: Buffer | null;
  offset: string;
  /** When the broker or the producer says it was written, in ms. */
  timestamp: number;
}

export interface RecordReader {
  /** Whether the group has assigned its partitions. */
  readonly isAssigned: boolean;
  /** Resolves when `stopping` has aborted and its batches have ended; rejects when it cannot continue. Called once. */
  readUntil(stopping: AbortSignal): Promise<void>;
}

/** After how many ms the partitions of a dead member go to others; the broker's minimum is 6 s. */
export const SESSION = 6_000;
export const HEARTBEAT = 1_500;
/** How long a broker may hold a fetch that finds no record, in ms. */
export const FETCH_WAIT = 1_000;
