import { setTimeout as pause } from 'node:timers/promises';
import type { Logger, OutboxMessage } from '@waybill/outbox';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
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
import { deadLetterOf, fromKafka, KafkaTopology, toMessage } from '../kafka/index.js';
import { groupConsumer, HEARTBEAT, type Kafka, toRecord } from '../kafka-clients/index.js';
import { decideOutcome, messagingMetrics, retryForever } from '../outcomes/index.js';
import { PartitionTransactions } from './partition-transactions.js';

const BATCH = 500;
const PAUSE_AFTER_FAILURE = 500;

export interface ConsumeProcessProduceOptions<Schema extends z.ZodType> {
  kafka: Kafka;
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
  private readonly transactions = new Map<number, PartitionTransactions>();
  private readonly stopping = new AbortController();
  private readonly topic: string;
  private readonly group: string;
  private readonly topology: KafkaTopology;
  private keeping: Promise<void> | undefined;
  private consumer: Consumer | undefined;

  constructor(private readonly options: ConsumeProcessProduceOptions<Schema>) {
    const { kafka, prefix = '', group, input } = options;
    const readers = [{ group, reads: [input.destination.name] }];
    this.topology = new KafkaTopology({ kafka, topics: [input.destination], prefix, readers });
    this.topic = prefix + input.destination.name;
    this.group = prefix + group;
  }

  /** Resolves when it consumes; waits for an unavailable broker. Declares its topic and that of its dead letters. */
  async start(): Promise<void> {
    const { logger } = this.options;
    const { signal } = this.stopping;
    await retryForever(
      async () => {
        await this.topology.declare();
        await this.consume();
      },
      signal,
      (error) => logger.warn({ err: error }, 'could not start to consume yet'),
    );
    this.keeping ??= this.topology.keepDeclared(signal, logger);
  }

  /** Consumes no more, and finishes or aborts what is in flight. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.consumer?.disconnect().catch(() => {});
    await this.release();
    await this.keeping;
  }

  private async consume(): Promise<void> {
    const consumer = groupConsumer(this.options.kafka, this.group);
    this.consumer = consumer;
    consumer.on('consumer.group_join', () => this.release());
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart && !this.stopping.signal.aborted) void consumer.disconnect().then(() => this.start());
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 3,
      eachBatch: (batch) => this.consumeBatch(batch),
    });
  }

  /** A failed batch is not resolved, so it is fetched again; the next transaction first reads what was committed. */
  private async consumeBatch({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { batchSize = BATCH, logger } = this.options;
    const { partition, messages } = batch;
    const beating = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT);
    try {
      for (let first = 0; first < messages.length && isRunning() && !isStale(); first += batchSize) {
        const some = messages.slice(first, first + batchSize);
        await this.transact(partition, some);
        resolveOffset(some.at(-1)!.offset);
      }
    } catch (error) {
      logger.warn(
        { err: error, topic: this.topic, partition },
        'the transaction failed, its events will be consumed again',
      );
      await this.release(partition);
      await pause(PAUSE_AFTER_FAILURE, undefined, { signal: this.stopping.signal }).catch(() => {});
    } finally {
      clearInterval(beating);
    }
  }

  private async transact(partition: number, messages: KafkaMessage[]): Promise<void> {
    const transactions = this.transactions.get(partition) ?? (await this.takeOver(partition));
    const left = messages.filter(({ offset }) => BigInt(offset) >= transactions.committed);
    const produced: OutboxMessage[] = [];
    for (const message of left) produced.push(...(await this.follow(message, partition)));
    if (left.length) await transactions.commit(produced, BigInt(left.at(-1)!.offset) + 1n);
  }

  private async takeOver(partition: number): Promise<PartitionTransactions> {
    const { kafka, prefix = '' } = this.options;
    const { group, topic } = this;
    const transactions = await PartitionTransactions.takeOver({ kafka, group, topic, partition, prefix });
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
  private async follow(stored: KafkaMessage, partition: number): Promise<OutboxMessage[]> {
    const { input, group, namespace, logger } = this.options;
    const { offset } = stored;
    const message = toMessage(fromKafka(toRecord(stored)), { topic: input.destination.name, partition, offset });
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
