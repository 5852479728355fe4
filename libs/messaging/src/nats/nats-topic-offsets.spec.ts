import { type RunningNats, startNats, until } from '@waybill/testing';
import { defineTopic } from '../contract/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { LastingConnection } from './lasting-connection.js';
import { NatsLogClient } from './nats-log-client.js';
import { NatsTopicOffsets } from './nats-topic-offsets.js';
import { topicStreamOf } from './nats-topics.js';
import { NatsTopology } from './nats-topology.js';

const facts = defineTopic({ name: 'shop.facts', partitions: 2 });

let server: RunningNats;
let client: NatsLogClient;
beforeAll(async () => {
  server = await startNats();
  client = new NatsLogClient(settings());
  const topology = new NatsTopology({ nats: settings(), topics: [facts] });
  await topology.declare();
  await topology.close();
  const producer = client.producer('all');
  const records = Array.from({ length: 10 }, (_, n) => ({
    topic: facts.name,
    key: `key-${n}`,
    headers: {},
    value: BODY,
  }));
  await producer.send(records);
  await producer.close();
});
afterAll(() => server.stop());

const BODY = Buffer.from('{}');
const settings = () => ({ url: server.url, name: 'test', logger: quiet });
const sum = (offsets: ReadonlyMap<string, number>) => [...offsets.values()].reduce((total, one) => total + one, 0);

async function withOffsets<T>(group: string, work: (offsets: NatsTopicOffsets) => Promise<T>): Promise<T> {
  const offsets = new NatsTopicOffsets(settings(), group, [facts.name]);
  return work(offsets).finally(() => offsets.close());
}

/** As a group that reads all and commits it. */
async function readAll(group: string, count: number): Promise<void> {
  const stopping = new AbortController();
  let read = 0;
  const reader = client.reader({
    group,
    topics: [facts.name],
    async consume(batch) {
      await batch.commit(batch.records.at(-1)!);
      read += batch.records.length;
    },
  });
  const reading = reader.readUntil(stopping.signal);
  await until('all is read', () => read === count);
  stopping.abort();
  await reading;
}

it('a group that has read nothing is behind by all, one that has read all by nothing', async () => {
  await withOffsets('shop.new', async (offsets) => {
    const { first, next } = await offsets.bounds();
    expect([sum(first), sum(next), sum(await offsets.read())]).toEqual([0, 10, 0]);
  });
  await readAll('shop.readers', 10);
  await withOffsets('shop.readers', async (offsets) => {
    expect(await offsets.read()).toEqual((await offsets.bounds()).next);
  });
});

it('deletes the groups that are wanted, and no other', async () => {
  await readAll('shop.old-1', 10);
  await readAll('shop.old-2', 10);
  await withOffsets('shop.old-1', async (offsets) => {
    await offsets.deleteGroups((group) => group === 'shop.old-1');
    expect(sum(await offsets.read())).toBe(0);
  });
  expect(await withOffsets('shop.old-2', (offsets) => offsets.read().then(sum))).toBe(10);
});

it('counts what the stream has removed as lost', async () => {
  const connection = new LastingConnection(settings());
  const { manager } = await connection.get();
  await manager.streams.purge(topicStreamOf(facts.name), { seq: 4 });
  await connection.close();
  await withOffsets('shop.new', async (offsets) => {
    const { first, next } = await offsets.bounds();
    expect([sum(first), sum(next)]).toEqual([3, 10]);
    expect(sum(await offsets.read())).toBe(3);
  });
});
