import { randomUUID } from 'node:crypto';
import type { Kafka } from '@waybill/messaging';
import {
  type EventReading,
  entryOf,
  type OrderEventLog,
  partitionOf,
  placedAt,
  type ReadOptions,
  TOPICS,
} from './order-events.js';

type Admin = ReturnType<Kafka['admin']>;
type Consumer = ReturnType<Kafka['consumer']>;

interface Range {
  /** Without the prefix. */
  topic: string;
  partition: number;
  from: number;
  to: number;
}

/** By a consumer group of its own for each reading, which commits nothing. `prefix` is that of every topic's name. */
export class KafkaOrderEvents implements OrderEventLog {
  readonly broker = 'kafka';

  constructor(
    private readonly kafka: Kafka,
    private readonly prefix: string,
  ) {}

  async open(orderId: string, options: ReadOptions): Promise<EventReading> {
    const ranges = await this.rangesOf(orderId, options.until);
    const unread = ranges.filter(({ from, to }) => from < to);
    if (!options.follow && unread.length === 0) return NOTHING;
    const consumer = this.kafka.consumer({
      groupId: `order-trace.${randomUUID()}`,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 200,
    });
    return this.read(consumer, orderId, options.follow ? ranges : unread, options);
  }

  private async rangesOf(orderId: string, until?: number): Promise<Range[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      return await Promise.all(TOPICS.map((topic) => this.rangeOf(admin, topic, orderId, until)));
    } finally {
      await admin.disconnect();
    }
  }

  private async rangeOf(admin: Admin, topic: string, orderId: string, until?: number): Promise<Range> {
    const name = this.prefix + topic;
    const ends = await admin.fetchTopicOffsets(name);
    const partition = partitionOf(orderId, ends.length);
    const offsetAt = async (time: number) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(name, time);
      return Number(offsets.find((one) => one.partition === partition)!.offset);
    };
    const end = Number(ends.find((one) => one.partition === partition)!.offset);
    const to = until !== undefined && until < Date.now() ? await offsetAt(until) : end;
    return { topic, partition, from: await offsetAt(placedAt(orderId)), to };
  }

  private async read(
    consumer: Consumer,
    orderId: string,
    ranges: readonly Range[],
    { follow, seen }: ReadOptions,
  ): Promise<EventReading> {
    const { prefix } = this;
    const left = new Set(ranges.filter(({ from, to }) => from < to));
    const { promise: caughtUp, resolve, reject } = Promise.withResolvers<void>();
    caughtUp.catch(() => {}); // whoever waits for it is told, and `failure` tells later
    let failure: Error | undefined;
    if (left.size === 0) resolve();
    consumer.on('consumer.crash', ({ payload }) => {
      failure = payload.error;
      reject(failure);
    });
    // What came before a member joins again is not read: nothing was committed.
    let joins = 0;
    consumer.on('consumer.group_join', () => {
      if (++joins > 1) failure ??= new Error('the consumer has lost its place in the topics');
    });
    const close = () => consumer.disconnect();
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: ranges.map(({ topic }) => prefix + topic) });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ topic: name, partition, message }) => {
          const topic = name.slice(prefix.length);
          const range = ranges.find((one) => one.topic === topic && one.partition === partition);
          const offset = Number(message.offset);
          const isWanted = message.key?.toString() === orderId && (follow || !range || offset < range.to);
          const place = { topic, partition, offset: message.offset, written: Number(message.timestamp) };
          if (isWanted) seen(entryOf(place, (header) => message.headers?.[header]?.toString()));
          if (range && offset >= range.to - 1 && left.delete(range) && left.size === 0) resolve();
        },
      });
      for (const { topic, partition, from } of ranges)
        consumer.seek({ topic: prefix + topic, partition, offset: String(from) });
    } catch (error) {
      await close();
      throw error;
    }
    return { caughtUp, failure: () => failure, close };
  }
}

const NOTHING: EventReading = { caughtUp: Promise.resolve(), failure: () => undefined, close: async () => {} };
