import { type RunningNats, startNats, until } from '@waybill/testing';
import { defineTopic } from '../contract/index.js';
import { bytesOf } from '../envelope/index.js';
import type { StoredRecord } from '../kafka-clients/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { NatsLogClient } from './nats-log-client.js';
import { NatsTopicProgress } from './nats-topic-progress.js';
import { NatsTopology } from './nats-topology.js';

const products = defineTopic({ name: 'products', partitions: 2, compacted: true });

let server: RunningNats;
let client: NatsLogClient;

beforeAll(async () => {
  server = await startNats();
  client = new NatsLogClient(settings());
  const topology = new NatsTopology({ nats: settings(), topics: [products] });
  await topology.declare();
  await topology.declare(); // changes nothing
  await topology.close();
});
afterAll(() => server.stop());

const settings = () => ({ url: server.url, name: 'test', logger: quiet });

/** Reads the topic until it has so many records. */
async function read(count: number): Promise<StoredRecord[]> {
  const stopping = new AbortController();
  const found: StoredRecord[] = [];
  const reader = client.reader({
    group: 'readers',
    topics: [products.name],
    async consume({ records, commit }) {
      found.push(...records);
      await commit(records.at(-1)!);
    },
  });
  const reading = reader.readUntil(stopping.signal);
  await until(`${count} records are read`, () => found.length >= count);
  await until('all is committed', async () => (await progress.of(products)).behind === 0);
  stopping.abort();
  await reading;
  return found;
}

let progress: NatsTopicProgress;

it('keeps the last record of each key of a compacted topic, whatever its bytes, and says how far a group is behind', async () => {
  progress = new NatsTopicProgress(settings(), 'readers');
  const keys = ['a', 'a.b', 'Grüße > *', 'k'.repeat(3_000), '\udc80\n\0 '];
  const producer = client.producer('all');
  const versions = ['1', '2'].flatMap((version) => keys.map((key) => ({ key, version })));
  for (const { key, version } of versions)
    await producer.send([
      {
        topic: products.name,
        key,
        headers: { [`x ${key.slice(0, 9)}:`]: `${key.slice(0, 9)}\r\n` },
        value: Buffer.from(version),
      },
    ]);
  await expect(
    producer.send([{ topic: products.name, key: null, headers: {}, value: Buffer.from('') }]),
  ).rejects.toMatchObject({ code: 'INVALID_RECORD' });
  await producer.close();
  expect(await progress.of(products)).toEqual({ end: 2 * keys.length, behind: keys.length });

  const records = await read(keys.length);

  expect(records.map(({ key }) => key!.toString('hex')).sort()).toEqual(
    keys.map((key) => bytesOf(key).toString('hex')).sort(),
  );
  expect(records.map(({ value }) => String(value))).toEqual(keys.map(() => '2'));
  for (const { key, headers } of records) {
    const [[name, value]] = Object.entries(headers) as [[string, string]];
    expect(bytesOf(value).toString('hex')).toBe(`${key!.subarray(0, bytesOf(value).length - 2).toString('hex')}0d0a`);
    expect(name).toBe(`x ${value.slice(0, -2)}:`);
  }
  await progress.close();
});
