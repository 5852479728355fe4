import { type RunningNats, startNats, TcpProxy, until } from '@waybill/testing';
import { defineTopic } from '../contract/index.js';
import type { UnreadPartition } from '../kafka-clients/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { NatsLogClient } from './nats-log-client.js';
import { NatsTopology } from './nats-topology.js';
import { NatsUnread } from './nats-unread.js';

const GROUP = 'shop.readers';
const facts = defineTopic({ name: 'facts', partitions: 2 });
const products = defineTopic({ name: 'products', partitions: 1, compacted: true });

let server: RunningNats;
let proxy: TcpProxy;
let client: NatsLogClient;
let unread: NatsUnread;

beforeAll(async () => {
  server = await startNats();
  proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  const nats = settings(server.port);
  client = new NatsLogClient(nats);
  unread = new NatsUnread(settings(proxy.port));
  const topology = new NatsTopology({ nats, topics: [facts, products] });
  await topology.declare();
  await topology.close();
});
afterAll(async () => {
  await unread.close();
  await proxy.close();
  await server.stop();
});

const settings = (port: number) => ({ url: `nats://127.0.0.1:${port}`, name: 'test', logger: quiet });

/** One record after the other; resolves with the time before each of them and the time after the last. */
async function send(topic: string, ...keys: string[]): Promise<number[]> {
  const producer = client.producer('all');
  const times = [Date.now()];
  for (const key of keys) {
    await producer.send([{ topic, key, headers: {}, value: Buffer.from('{}') }]);
    times.push(Date.now());
  }
  await producer.close();
  return times;
}

/** Reads as a member of the group, which commits these records and no other; resolves when it has left. */
async function commit(topic: string, count: number): Promise<void> {
  const stopping = new AbortController();
  let committed = 0;
  const reader = client.reader({
    group: GROUP,
    topics: [topic],
    async consume(batch) {
      for (const record of batch.records.slice(0, count - committed)) {
        await batch.commit(record);
        committed++;
      }
    },
  });
  const reading = reader.readUntil(stopping.signal);
  await until(`${count} records are committed`, () => committed === count);
  stopping.abort();
  await reading;
}

const countIn = (partitions: readonly UnreadPartition[]) => partitions.reduce((sum, { count }) => sum + count, 0);
const oldestIn = (partitions: readonly UnreadPartition[]) =>
  Math.min(...partitions.flatMap(({ oldest }) => oldest ?? []));

it('is all that is there for a group that has read nothing, and what it has not committed once it has left', async () => {
  const [begin, , afterSecond, end] = await send(facts.name, 'one key', 'one key', 'one key');
  const before = await unread.of(GROUP, [facts.name]);
  expect(before.map(({ topic, partition }) => [topic, partition])).toEqual([
    ['facts', 0],
    ['facts', 1],
  ]);
  expect(countIn(before)).toBe(3);
  expect(oldestIn(before)).toBeGreaterThanOrEqual(begin!);
  expect(oldestIn(before)).toBeLessThanOrEqual(end!);

  await commit(facts.name, 2);
  const left = await unread.of(GROUP, [facts.name]);
  expect(countIn(left)).toBe(1);
  expect(oldestIn(left)).toBeGreaterThanOrEqual(afterSecond!);
  expect(countIn(await unread.of('another group', [facts.name]))).toBe(3);

  await commit(facts.name, 1);
  expect(await unread.of(GROUP, [facts.name])).toEqual([
    { topic: 'facts', partition: 0, count: 0 },
    { topic: 'facts', partition: 1, count: 0 },
  ]);
});

it('has the last record of each key of a compacted topic, and as many topics as are asked for', async () => {
  await send(products.name, 'a', 'b', 'a', 'c');
  expect(countIn(await unread.of(GROUP, [products.name]))).toBe(3);
  await commit(products.name, 2);
  const both = await unread.of(GROUP, [facts.name, products.name]);
  expect(both.map(({ topic, count }) => [topic, count])).toEqual([
    ['facts', 0],
    ['facts', 0],
    ['products', 1],
  ]);
});

it('is unknown for a topic that does not exist and while the server is unavailable, and known again after that', async () => {
  await expect(unread.of(GROUP, ['missing'])).rejects.toThrow('stream not found');
  proxy.cut();
  await expect(unread.of(GROUP, [facts.name])).rejects.toThrow();
  proxy.restore();
  await until('it is known again', () => unread.of(GROUP, [facts.name]).then(() => true));
});
