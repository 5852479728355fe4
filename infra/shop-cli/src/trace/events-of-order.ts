import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { entryOf, partitionOf, placedAt, TOPICS } from './order-events.js';
import type { Told, TraceEntry } from './trace.js';

const LIMIT = 30_000;

interface Range {
  topic: string;
  partition: number;
  from: number;
  to: number;
}

/**
 * All events with the order's id as their key, from the one partition of each topic that can have them: written between the time in the
 * order's id (a UUIDv7) and `until`, by default now. A group of its own reads them and commits nothing, so no other group notices.
 */
export async function eventsOfOrder(brokers: string, orderId: string, until?: number): Promise<Told> {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    clientId: 'order-trace',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    retry: { initialRetryTime: 100, retries: 3 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ranges = await Promise.all(TOPICS.map((topic) => rangeOf(admin, { topic, orderId, until })));
    const unread = ranges.filter(({ from, to }) => from < to);
    return { entries: unread.length ? await read(kafka, orderId, unread) : [] };
  } finally {
    await admin.disconnect();
  }
}

async function rangeOf(
  admin: Admin,
  { topic, orderId, until }: { topic: string; orderId: string; until: number | undefined },
): Promise<Range> {
  const ends = await admin.fetchTopicOffsets(topic);
  const partition = partitionOf(topic, orderId, ends.length);
  const offsetAt = async (time: number) => {
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, time);
    return Number(offsets.find((one) => one.partition === partition)!.offset);
  };
  const end = Number(ends.find((one) => one.partition === partition)!.offset);
  const to = until !== undefined && until < Date.now() ? await offsetAt(until) : end;
  return { topic, partition, from: await offsetAt(placedAt(orderId)), to };
}

async function read(kafka: Kafka, key: string, ranges: readonly Range[]): Promise<TraceEntry[]> {
  const entries: TraceEntry[] = [];
  const left = new Set(ranges.map(({ topic }) => topic));
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`${[...left].join(', ')} could not be read within ${LIMIT / 1_000} s`)),
    LIMIT,
  );
  const consumer = kafka.consumer({
    groupId: `order-trace.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
  });
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...left] });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) => {
        const range = ranges.find((one) => one.topic === topic && one.partition === partition);
        if (message.key?.toString() === key) {
          const header = (name: string) => message.headers?.[`ce_${name}`]?.toString();
          const { offset, timestamp } = message;
          entries.push(entryOf({ topic, partition, offset, written: Number(timestamp) }, header));
        }
        if (range && Number(message.offset) >= range.to - 1) left.delete(topic);
        if (left.size === 0) resolve();
      },
    });
    for (const { topic, partition, from } of ranges) consumer.seek({ topic, partition, offset: String(from) });
    await done;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return entries;
}
