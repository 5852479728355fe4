import type { StoredRecord } from './kafka-client.js';

/** Where a page begins: by log, the offset behind its latest record. A log is a partition of Kafka, or a topic's stream on NATS. */
export type PageBegin = Readonly<Record<string, string>>;

export interface LatestOptions {
  /** Records of a page, at most. */
  limit: number;
  /** The `next` of the page before. Default: the end of the topic. */
  before?: PageBegin | undefined;
  /** Records of this key only. */
  key?: string | undefined;
}

export interface PlacedRecord extends StoredRecord {
  partition: number;
}

export interface LatestPage {
  /** Latest first. Those of a partition are in its order, the partitions merged by time. */
  records: PlacedRecord[];
  /** Undefined at the end. An empty page may have a next one: a page looks at so many records, not for so many. */
  next: PageBegin | undefined;
}

/** Looks at the latest records of topics without being a member of any group. */
export interface LatestRecords {
  /** Of a topic, as the broker knows it. Rejects while the broker is unavailable or has no such topic. */
  page(topic: string, options: LatestOptions): Promise<LatestPage>;
  close(): Promise<void>;
}

/** Records of a log that one page looks at for a key. */
const LOOKED_AT_FOR_KEY = 500;
/** Bytes of a page, so that it fits into the memory of a small process. A larger record is a page by itself. */
export const LONGEST_PAGE = 4 * 1024 * 1024;

export const lookedAt = ({ limit, key }: LatestOptions): number => (key === undefined ? limit : LOOKED_AT_FOR_KEY);

/** What a page looked at of one log. */
export interface LogEnd {
  log: string;
  /** The first offset that was looked at. */
  from: bigint;
  /** The first offset that is there. */
  start: bigint;
  /** By offset, the last one first. */
  records: readonly PlacedRecord[];
}

/** The latest of what was looked at, and where it goes on. */
export function latestOf(ends: readonly LogEnd[], { limit, key }: LatestOptions): LatestPage {
  const bytes = key === undefined ? undefined : Buffer.from(key);
  const logs = ends.map((end) => ({ ...end, left: end.records.filter((one) => !bytes || one.key?.equals(bytes)) }));
  const records: PlacedRecord[] = [];
  let size = 0;
  // What a log has before the records that were looked at may be later than what other logs have left.
  const isUnknown = () => key === undefined && logs.some(({ left, from, start }) => left.length === 0 && from > start);
  while (records.length < limit && !isUnknown()) {
    const latest = latestIn(logs.filter(({ left }) => left.length));
    const record = latest?.left[0];
    size += record?.value?.length ?? 0;
    if (!latest || !record || (records.length && size > LONGEST_PAGE)) break;
    records.push(record);
    latest.left.shift();
  }
  const next = logs.map(({ left, from, log }) => [log, left[0] ? BigInt(left[0].offset) + 1n : from] as const);
  const hasMore = logs.some(({ start }, index) => next[index]![1] > start);
  return { records, next: hasMore ? Object.fromEntries(next.map(([log, end]) => [log, String(end)])) : undefined };
}

const latestIn = <Log extends { left: readonly PlacedRecord[] }>(logs: readonly Log[]): Log | undefined =>
  logs.toSorted((one, other) => other.left[0]!.timestamp - one.left[0]!.timestamp)[0];
