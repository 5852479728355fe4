import {
  classOf,
  type Delivery,
  decode,
  filter,
  fromKafka,
  type KafkaClient,
  MalformedMessage,
  type ObjectStore,
  pipeline,
  placeOf,
  type RecordBatch,
  type RecordReader,
  type Registration,
  readUntilStopped,
  redeemClaim,
  type StoredRecord,
  toMessage,
  unversioned,
} from '@waybill/messaging';
import { allSettledOrThrow, GroupCommit, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { Logger } from '@waybill/platform';

/** Events of a partition in one transaction. */
const BATCH = 500;

export interface EventHistoryOptions {
  kafka: KafkaClient;
  group: string;
  /** Put before the name of every topic. */
  prefix: string;
  /** By message type. Their handlers must be idempotent without an inbox. */
  registrations: ReadonlyMap<string, Registration>;
  database: TransactionRunner;
  objectStore?: ObjectStore | undefined;
  /** Called for each event that cannot be handled, before it counts as read. */
  onUnreadable(event: { place: string; key: string | null; reason: string }): Promise<void>;
  logger: Logger;
}

/**
 * Passes all events of the handlers' topics to them, from the first one on, as a group of its own. Without inbox, retries and
 * dead letters: after an interruption some events are handled again, and what cannot be handled is passed to
 * `onUnreadable`.
 */
export class EventHistory {
  /** As the broker knows them. */
  readonly topics: readonly string[];
  private reader: RecordReader | undefined;
  private readonly names: ReadonlySet<string>;
  private readonly handle: (delivery: Delivery) => Promise<void>;

  constructor(private readonly options: EventHistoryOptions) {
    const { registrations, prefix, database, objectStore } = options;
    this.names = new Set([...registrations.keys()].map(unversioned));
    this.topics = [...new Set([...registrations.values()].map(({ contract }) => prefix + contract.destination.name))];
    const commit = new GroupCommit<Delivery>({ database, size: BATCH, work: handleAll });
    this.handle = pipeline(redeemClaim(objectStore), decode, filter, (delivery) => commit.do(delivery));
  }

  /** Resolves when `stopping` has aborted. */
  async read(stopping: AbortSignal): Promise<void> {
    const { kafka, group, logger } = this.options;
    const consume = (batch: RecordBatch) => this.consume(batch, stopping);
    const reader = () => {
      this.reader = kafka.reader({ group, topics: this.topics, consume });
      return this.reader;
    };
    await readUntilStopped({ reader, stopping, logger });
  }

  /** Whether new events are read as they arrive: the group has assigned its partitions. */
  get isReading(): boolean {
    return this.reader?.isAssigned ?? false;
  }

  private async consume(batch: RecordBatch, signal: AbortSignal): Promise<void> {
    const topic = batch.topic.slice(this.options.prefix.length);
    for (let from = 0; from < batch.records.length && batch.isAssigned() && !signal.aborted; from += BATCH) {
      const records = batch.records.slice(from, from + BATCH);
      const { partition } = batch;
      await allSettledOrThrow(records.map((record) => this.handleRecord(record, { topic, partition }, signal)));
      await batch.commit(records.at(-1)!);
    }
  }

  /** Rejects when it may succeed later. */
  private async handleRecord(
    record: StoredRecord,
    { topic, partition }: { topic: string; partition: number },
    signal: AbortSignal,
  ): Promise<void> {
    const place = { topic, partition, offset: record.offset };
    const message = toMessage(fromKafka(record), place);
    if (!this.names.has(unversioned(message.type))) return;
    try {
      const registration = this.options.registrations.get(message.type);
      if (!registration) throw new MalformedMessage(`no handler for ${message.type}`);
      await this.handle({ message, registration, signal });
    } catch (error) {
      if (classOf(error) === 'transient') throw error;
      const { message: reason } = error as Error;
      await this.options.onUnreadable({ place: placeOf(place), key: message.key, reason });
    }
  }
}

/** In the order of their keys, which are the rows that they change: concurrent transactions cannot deadlock. */
async function handleAll(tx: Tx, deliveries: readonly Delivery[]): Promise<void> {
  const keyOf = ({ message }: Delivery) => message.key ?? '';
  const sorted = deliveries.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await allSettledOrThrow(
    sorted.map(({ registration: { handler }, message, body, signal }) =>
      handler.handle(body as never, { tx, message, signal, outbox: { add: sendsNothing }, reply: sendsNothing }),
    ),
  );
}

/** What an event caused when it happened has been sent then. */
async function sendsNothing(): Promise<void> {}
