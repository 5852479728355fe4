import { textOf } from '../envelope/index.js';
import type { KafkaSettings } from './kafka-client.js';
import {
  type LatestOptions,
  type LatestPage,
  type LatestRecords,
  LONGEST_PAGE,
  type LogEnd,
  latestOf,
  lookedAt,
  type PlacedRecord,
} from './latest-records.js';
import { type BytesConsumer, EARLIEST, fetchBatches, LATEST, openLog, placeOf } from './log-fetch.js';

type Batch = NonNullable<ReturnType<Awaited<ReturnType<typeof fetchBatches>>['get']>>[number];

/** A part of a partition; `end` is exclusive. */
interface Stretch {
  topic: string;
  partition: number;
  start: bigint;
  from: bigint;
  end: bigint;
}

const LOG_APPEND_TIME = 0x08;
const CONTROL = 0x20;

/** The latest records of topics of Kafka. */
export class KafkaLatestRecords implements LatestRecords {
  private clients: ReturnType<typeof openLog> | undefined;

  constructor(private readonly settings: KafkaSettings) {}

  async page(topic: string, options: LatestOptions): Promise<LatestPage> {
    try {
      this.clients ??= openLog(this.settings);
      const { consumer } = await this.clients;
      const stretches = await stretchesOf(consumer, topic, options);
      return latestOf(await read(consumer, stretches), options);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { clients } = this;
    this.clients = undefined;
    const opened = await clients?.catch(() => undefined);
    await Promise.allSettled([opened?.admin.close(), opened?.consumer.close(true)]); // they are not used again
  }
}

async function stretchesOf(consumer: BytesConsumer, topic: string, options: LatestOptions): Promise<Stretch[]> {
  const [ends, starts] = [
    await consumer.listOffsets({ topics: [topic], timestamp: LATEST }),
    await consumer.listOffsets({ topics: [topic], timestamp: EARLIEST }),
  ];
  return ends.get(topic)!.map((last, partition) => {
    const start = starts.get(topic)![partition]!;
    const before = options.before?.[partition];
    const end = before === undefined || BigInt(before) > last ? last : BigInt(before);
    return { topic, partition, start, from: fromOf(start, end, BigInt(lookedAt(options))), end };
  });
}

const fromOf = (start: bigint, end: bigint, count: bigint): bigint => (end - count > start ? end - count : start);

/** Of records that are so large that they do not fit into a page, fewer are read. */
async function read(consumer: BytesConsumer, stretches: readonly Stretch[]): Promise<LogEnd[]> {
  const bytes = Math.ceil(LONGEST_PAGE / Math.max(1, stretches.length));
  const ends: LogEnd[] = [];
  let left = stretches.filter(({ from, end, partition, start }) => {
    if (from < end) return true;
    ends.push({ log: String(partition), from: end, start, records: [] });
    return false;
  });
  while (left.length) {
    const batches = await fetchBatches(consumer, left, bytes);
    const again: Stretch[] = [];
    for (const stretch of left) {
      const { partition, start, from, end } = stretch;
      const fetched = batches.get(placeOf(stretch)) ?? [];
      const last = fetched.at(-1);
      const isCutOff = last && last.firstOffset + BigInt(last.lastOffsetDelta) + 1n < end;
      if (isCutOff && end - from > 1n) again.push({ ...stretch, from: end - (end - from) / 2n });
      else ends.push({ log: String(partition), from, start, records: recordsIn(fetched, stretch).reverse() });
    }
    left = again;
  }
  return ends;
}

function recordsIn(batches: readonly Batch[], { partition, from, end }: Stretch): PlacedRecord[] {
  return batches
    .filter(({ attributes }) => !(attributes & CONTROL))
    .flatMap(({ firstOffset, firstTimestamp, maxTimestamp, attributes, records }) =>
      records.map(({ key, value, headers, offsetDelta, timestampDelta }) => ({
        partition,
        offset: firstOffset + BigInt(offsetDelta),
        timestamp: Number(attributes & LOG_APPEND_TIME ? maxTimestamp : firstTimestamp + timestampDelta),
        key,
        value,
        headers: Object.fromEntries(headers.map(([name, text]) => [toText(name), toText(text)])),
      })),
    )
    .filter(({ offset }) => offset >= from && offset < end)
    .map((record) => ({ ...record, offset: String(record.offset) }));
}

const toText = (bytes: Buffer | null): string => (bytes ? textOf(bytes) : '');
