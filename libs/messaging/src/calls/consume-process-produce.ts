import { setTimeout as pause } from 'node:timers/promises';
import type { Logger, OutboxMessage } from '@waybill/outbox';
import type { z } from 'zod';
import type { ObjectStore } from '../claim-check/index.js';
import { type EventContract, type OutgoingMessage, unversioned } from '../contract/index.js';
import { encode, type ReceivedMessage } from '../envelope/index.js';
import {
  decode,
  inMessageSpan,
  pipeline,
  type Registration,
  redeemClaim,
  waitForDependency,
} from '../handling/index.js';
import { deadLetterOf, fromKafka, KafkaTopology, keepDeclared, readUntilStopped, toMessage } from '../kafka/index.js';
import {
  type Kafka,
  KafkaJsClient,
  type OutgoingRecord,
  type ReaderTransactions,
  type RecordBatch,
  type StoredRecord,
  type TransactionalKafkaClient,
} from '../kafka-clients/index.js';
import { decideOutcome, messagingMetrics, retryForever } from '../outcomes/index.js';

const BATCH = 500;
const PAUSE_AFTER_FAILURE = 500;

export interface ConsumeProcessProduceOptions<Schema extends z.ZodType> {
  /** For the administration of topics. */
  kafka: Kafka;
  /** For everything else. Default: kafkajs. */
  client?: TransactionalKafkaClient;
  group: string;
  /** Put before every topic's and group's name; default none. */
  prefix?: string;
  /** CloudEvents `source` of what is produced. */
  source: string;
  input: EventContract<Schema>;
  /**
   * Returns the events that follow from one. It must have no other effect: it is repeated after a crash. It ends in one of a
   * handler's five ways; what is to happen again later waits in place, so that the partition keeps its order. Nothing is parked
   * behind a dead letter.
   */
  process(body: z.output<Schema>, message: ReceivedMessage): OutgoingMessage[] | Promise<OutgoingMessage[]>;
  logger: Logger;
  /** Events per transaction; the more, the less each costs. Default 500. */
  batchSize?: number;
  /** Where the bodies of large events are. */
  objectStore?: ObjectStore | undefined;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/**
 * Exactly once from topic to topic: consumed offsets, produced events and dead letters are one Kafka transaction. A
 * `read_committed` consumer, as all here are, sees each event once, whichever process dies when. This holds within Kafka
 * only: an effect elsewhere needs the inbox.
 */
export class ConsumeProcessProduce<Schema extends z.ZodType> {
  private readonly client: TransactionalKafkaClient;
  private readonly transactions = new Map<number, ReaderTransactions>();
  private readonly stopping = new AbortController();
  private readonly topic: string;
  private readonly group: string;
  private readonly topology: KafkaTopology;
  private running: Promise<unknown> | undefined;

  constructor(private readonly options: ConsumeProcessProduceOptions<Schema>) {
    const { kafka, client, prefix = '', group, input } = options;
    const readers = [{ group, reads: [input.destination.name] }];
    this.client = client ?? new KafkaJsClient(kafka);
    this.topology = new KafkaTopology({ kafka, topics: [input.destination], prefix, readers });
    this.topic = prefix + input.destination.name;
    this.group = prefix + group;
  }

  /** Resolves when its topic and that of its dead letters are declared, and consumes from then on. Waits for an unavailable broker. */
  async start(): Promise<void> {
    const { logger } = this.options;
    const stopping = this.stopping.signal;
    await retryForever(
      () => this.topology.declare(),
      stopping,
      (error) => logger.warn({ err: error }, 'could not declare the topics yet'),
    );
    const { client, group, topic } = this;
    const reader = () => client.reader({ group, topics: [topic], consume: (batch) => this.consume(batch) });
    const prepare = () => this.release();
    this.running ??= Promise.all([
      keepDeclared(this.topology, stopping, logger),
      readUntilStopped({ prepare, reader, stopping, logger }),
    ]);
  }

  /** Consumes no more, and finishes or aborts what is in flight. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.release();
  }

  private async consume({ partition, records, isAssigned, commit }: RecordBatch): Promise<void> {
    const { batchSize = BATCH } = this.options;
    for (let first = 0; first < records.length && isAssigned(); first += batchSize) {
      const some = records.slice(first, first + batchSize);
      await this.transactWhile(isAssigned, partition, some);
      // Its transaction has committed it; this passes the control records behind it.
      if (isAssigned()) await commit(some.at(-1)!);
    }
    if (!isAssigned()) await this.release(partition);
  }

  /** Repeats a transaction that failed: the next one first reads what was committed. */
  private async transactWhile(
    isAssigned: () => boolean,
    partition: number,
    records: readonly StoredRecord[],
  ): Promise<void> {
    const { logger } = this.options;
    const { signal } = this.stopping;
    while (isAssigned() && !signal.aborted) {
      try {
        return await this.transact(partition, records);
      } catch (error) {
        logger.warn({ err: error, topic: this.topic, partition }, 'the transaction failed, trying again');
        await this.release(partition);
        await pause(PAUSE_AFTER_FAILURE, undefined, { signal }).catch(() => {});
      }
    }
  }

  private async transact(partition: number, records: readonly StoredRecord[]): Promise<void> {
    const transactions = this.transactions.get(partition) ?? (await this.takeOver(partition));
    const left = records.filter(({ offset }) => BigInt(offset) >= transactions.committed);
    const produced: OutboxMessage[] = [];
    for (const record of left) produced.push(...(await this.follow(record, partition)));
    if (left.length) await transactions.commit(produced.map(this.recordOf), BigInt(left.at(-1)!.offset) + 1n);
  }

  private readonly recordOf = ({ destination, key, headers, body }: OutboxMessage): OutgoingRecord => {
    const { prefix = '' } = this.options;
    return { topic: prefix + destination, key, headers, value: Buffer.from(body) };
  };

  private async takeOver(partition: number): Promise<ReaderTransactions> {
    const { group, topic } = this;
    const transactions = await this.client.transactions({ group, topic, partition });
    this.transactions.set(partition, transactions);
    return transactions;
  }

  /** The next reader of these partitions, perhaps this process, takes them over. */
  private async release(...partitions: number[]): Promise<void> {
    const those = partitions.length ? partitions : [...this.transactions.keys()];
    const open = those.map((partition) => this.transactions.get(partition));
    for (const partition of those) this.transactions.delete(partition);
    await Promise.all(open.map((transactions) => transactions?.close()));
  }

  /** What follows from an event: the events that were made of it, or its dead letter. */
  private async follow(stored: StoredRecord, partition: number): Promise<OutboxMessage[]> {
    const { input, group, namespace, logger } = this.options;
    const { offset } = stored;
    const message = toMessage(fromKafka(stored), { topic: input.destination.name, partition, offset });
    if (unversioned(message.type) !== unversioned(input.type)) return [];
    const firstFailedAt = new Date().toISOString();
    for (let attempt = 1; ; ) {
      try {
        const again = { ...message, attempt };
        return await inMessageSpan(again, { consumer: group, namespace }, () => this.process(again));
      } catch (thrown) {
        const outcome = decideOutcome({ attempt }, thrown);
        if (outcome.kind === 'dead-letter') {
          logger.error({ err: outcome.error, messageId: message.id, type: input.type }, 'dead-lettered an event');
          return [deadLetterOf({ ...message, firstFailedAt }, outcome, group, namespace)];
        }
        if (outcome.kind !== 'later') throw thrown;
        if (outcome.attempted) attempt++;
        await pause(outcome.ms, undefined, { signal: this.stopping.signal });
      }
    }
  }

  private async process(message: ReceivedMessage): Promise<OutboxMessage[]> {
    const { input, source, process, objectStore, logger, namespace } = this.options;
    const { signal } = this.stopping;
    let produced: OutgoingMessage[] = [];
    const handle = pipeline(
      waitForDependency(logger, messagingMetrics(namespace), signal),
      redeemClaim(objectStore),
      decode,
      async (delivery) => {
        produced = await process(delivery.body as z.output<Schema>, delivery.message);
      },
    );
    await handle({ message, registration: { contract: input, options: {} } as unknown as Registration, signal });
    return produced.map((outgoing) => encode(outgoing, source));
  }
}
