import { until } from '@waybill/testing';
import { bytesOf } from '../envelope/index.js';
import type { KafkaClient, StoredRecord } from '../kafka-clients/index.js';

/**
 * What is asked of a log, whatever carries it: every group reads all records, those of a key in order, from the first one on
 * whenever it comes, and continues behind what it has committed. Not asked: that readers compete for single records, or that
 * some are delivered later than those behind them, which is a queue's (`keepsQueuePromises`).
 */
export interface LogUnderTest {
  open(): Promise<OpenLog>;
}

/** A broker as the suite needs it. */
export interface OpenLog {
  client: KafkaClient;
  /** A new topic of three partitions. */
  topic(): Promise<string>;
  /** A new group. */
  group(): string;
  /** Leaves nothing on the broker. */
  close(): Promise<void>;
}

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const COUNT = 60;
const values = Array.from({ length: COUNT }, (_, n) => ({ key: KEYS[n % KEYS.length]!, value: `${n}` }));

export function keepsLogPromises(client: string, { open }: LogUnderTest): void {
  describe(`a log by ${client}`, () => {
    let log: OpenLog;
    let topic: string;
    beforeAll(async () => {
      log = await open();
    });
    beforeEach(async () => {
      topic = await log.topic();
      await send(values);
    });
    afterAll(() => log.close());

    async function send(records: readonly { key: string; value: string }[]): Promise<void> {
      const producer = log.client.producer('all');
      await producer.send(records.map(({ key, value }) => ({ topic, key, headers: {}, value: Buffer.from(value) })));
      await producer.close();
    }

    /** A member of the group that commits what it gets up to the record after which it stops. */
    function read(group: string, stopAfter = Number.POSITIVE_INFINITY) {
      const stopping = new AbortController();
      const seen: StoredRecord[] = [];
      const reader = log.client.reader({
        group,
        topics: [topic],
        async consume({ records, commit }) {
          for (const record of records) {
            if (seen.length >= stopAfter) return;
            seen.push(record);
            await commit(record);
          }
        },
      });
      const reading = reader.readUntil(stopping.signal);
      return {
        seen,
        untilSeen: (count: number) => until(`${count} records are read`, () => seen.length >= count),
        async stop() {
          stopping.abort();
          await reading;
        },
      };
    }

    const ofKey = (records: readonly StoredRecord[], key: string) =>
      records.filter((record) => record.key?.equals(bytesOf(key))).map(({ value }) => String(value));
    const sent = (key: string) => values.filter((one) => one.key === key).map(({ value }) => value);

    it('gives every group all records, those of a key in order, also a group that comes later', async () => {
      const first = read(log.group());
      await first.untilSeen(COUNT);
      const later = read(log.group());
      await later.untilSeen(COUNT);
      await Promise.all([first.stop(), later.stop()]);
      for (const { seen } of [first, later]) {
        expect(seen).toHaveLength(COUNT);
        for (const key of KEYS) expect(ofKey(seen, key)).toEqual(sent(key));
      }
    });

    it('continues behind what its group has committed, and gives it nothing twice', async () => {
      const group = log.group();
      const first = read(group, 20);
      await first.untilSeen(20);
      await first.stop();
      const next = read(group);
      await next.untilSeen(COUNT - 20);
      await send([{ key: 'a', value: 'last' }]);
      await next.untilSeen(COUNT - 20 + 1);
      await next.stop();
      const seen = [...first.seen, ...next.seen];
      expect(seen).toHaveLength(COUNT + 1);
      for (const key of KEYS) expect(ofKey(seen, key)).toEqual([...sent(key), ...(key === 'a' ? ['last'] : [])]);
    });

    it('shares its partitions among the members of a group, which together read all records', async () => {
      const group = log.group();
      const members = [read(group), read(group)];
      const seen = () => members.flatMap((member) => member.seen);
      await until('all is read', () => seen().length >= COUNT);
      let more = 0;
      await until(
        'both have read some',
        async () => {
          await send(KEYS.map((key) => ({ key, value: `more ${more}` })));
          more++;
          return members.every((member) => member.seen.length > 0);
        },
        { within: '90s' },
      );
      await until('all is read', () => seen().length >= COUNT + more * KEYS.length);
      await Promise.all(members.map((member) => member.stop()));
      const places = new Set(seen().map(({ key, value }) => `${key} ${value}`));
      expect(places.size).toBe(COUNT + more * KEYS.length);
    });
  });
}
