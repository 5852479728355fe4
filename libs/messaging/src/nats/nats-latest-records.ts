import {
  type LatestOptions,
  type LatestPage,
  type LatestRecords,
  latestOf,
  lookedAt,
  type PlacedRecord,
} from '../kafka-clients/index.js';
import { LastingConnection } from './lasting-connection.js';
import type { NatsSettings } from './nats-settings.js';
import { topicStreamOf } from './nats-topics.js';
import type { JetStreamManager } from './nats-types.js';
import { toRecord } from './partition-reader.js';

/** Messages that are asked for concurrently. */
const CONCURRENCY = 20;
/** The partitions of a topic share a stream and its order. */
const LOG = 'stream';

/** The latest records of topics of NATS. */
export class NatsLatestRecords implements LatestRecords {
  private readonly connection: LastingConnection;

  constructor(settings: NatsSettings) {
    this.connection = new LastingConnection(settings);
  }

  async page(topic: string, options: LatestOptions): Promise<LatestPage> {
    const { manager } = await this.connection.get();
    const stream = topicStreamOf(topic);
    const { first_seq, last_seq: last } = (await manager.streams.info(stream)).state;
    const start = Math.max(1, first_seq);
    const end = Math.min(last + 1, Number(options.before?.[LOG] ?? last + 1));
    const from = Math.max(start, end - lookedAt(options));
    const records = await read(manager, stream, from, end);
    return latestOf([{ log: LOG, from: BigInt(Math.min(from, end)), start: BigInt(start), records }], options);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

/** The last one first. */
async function read(manager: JetStreamManager, stream: string, from: number, end: number): Promise<PlacedRecord[]> {
  const records: PlacedRecord[] = [];
  for (let before = end; before > from; before -= CONCURRENCY) {
    const sequences = Array.from({ length: Math.min(CONCURRENCY, before - from) }, (_, index) => before - 1 - index);
    const stored = await Promise.all(sequences.map((seq) => manager.streams.getMessage(stream, { seq })));
    for (const message of stored) {
      if (!message) continue; // a later message of its key has replaced it
      const { subject, header: headers, data, seq, time } = message;
      records.push({ ...toRecord({ headers, data, seq, time }), partition: Number(subject.split('.')[2]) });
    }
  }
  return records;
}
