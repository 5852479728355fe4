import { backingServices, freshTopics, startNats, until } from '@waybill/testing';
import { defineTopic } from '../contract/index.js';
import {
  type KafkaClient,
  type LatestOptions,
  type LatestRecords,
  LONGEST_PAGE,
  type PageBegin,
  type PlacedRecord,
} from '../kafka-clients/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { eventCarrier } from './event-carrier.js';

const facts = defineTopic({ name: 'facts', partitions: 3 });
const products = defineTopic({ name: 'products', partitions: 3, compacted: true });
const KEYS = 5;

async function onKafka() {
  const { prefix, drop } = freshTopics();
  return { options: { kafkaBrokers: [backingServices().kafka], kafkaTopicPrefix: prefix }, prefix, close: drop };
}

async function onNats() {
  const server = await startNats();
  return { options: { natsUrl: server.url }, prefix: '', close: () => server.stop() };
}

describe.each([
  { broker: 'Kafka', open: onKafka },
  { broker: 'NATS', open: onNats },
])('the latest records of a topic of $broker', ({ open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let latest: LatestRecords;
  let client: KafkaClient;
  beforeAll(async () => {
    opened = await open();
    const carrier = eventCarrier({ ...opened.options, name: 'test', logger: quiet });
    const topics = carrier.topology([facts, products]);
    await until('the topics are declared', () => topics.declare().then(() => true));
    await topics.close();
    latest = carrier.latest();
    client = carrier.client();
    for (let number = 1; number <= 40; number++)
      await send(facts.name, `key ${number % KEYS}`, Buffer.from(`${number}`));
  });
  afterAll(async () => {
    await latest.close();
    await opened.close();
  });

  const page = (options: LatestOptions, topic = facts.name) => latest.page(opened.prefix + topic, options);

  /** Each of another time, which tells their order. */
  async function send(topic: string, key: string | null, value: Buffer, headers: Record<string, string> = {}) {
    const producer = client.producer('all');
    await producer.send([{ topic: opened.prefix + topic, key, headers, value }]);
    await producer.close();
  }

  const bodies = (records: readonly PlacedRecord[]) => records.map(({ value }) => String(value));
  const countdown = (from: number, to: number, step = 1) =>
    Array.from({ length: Math.floor((from - to) / step) + 1 }, (_, index) => String(from - index * step));

  it('come page by page, the latest first, and each once', async () => {
    const first = await page({ limit: 15 });
    expect(bodies(first.records)).toEqual(countdown(40, 26));
    const second = await page({ limit: 15, before: first.next });
    expect(bodies(second.records)).toEqual(countdown(25, 11));
    const third = await page({ limit: 15, before: second.next });
    expect(bodies(third.records)).toEqual(countdown(10, 1));
    expect(third.next).toBeUndefined();
  });

  it('can be those of one key', async () => {
    const first = await page({ limit: 5, key: 'key 2' });
    expect(bodies(first.records)).toEqual(countdown(37, 17, KEYS));
    const second = await page({ limit: 5, key: 'key 2', before: first.next });
    expect(bodies(second.records)).toEqual(countdown(12, 2, KEYS));
    expect(await page({ limit: 5, key: 'nobody' })).toEqual({ records: [], next: undefined });
  });

  it('have their key, headers and bytes, whatever these are', async () => {
    const poison = Buffer.from([0x00, 0xff, 0xfe, 0x7b]);
    await send(facts.name, null, poison, { ce_type: 'test.Poison.v1', own: 'ä' });
    const [record] = (await page({ limit: 1 })).records;
    expect(record).toMatchObject({ key: null, value: poison, headers: { own: 'ä' } });
    expect(record!.timestamp).toBeGreaterThan(Date.now() - 60_000);
  });

  it('are none in an empty topic, and those that are left in a compacted one', async () => {
    expect(await page({ limit: 10 }, products.name)).toEqual({ records: [], next: undefined });
    for (const value of ['old', 'new']) await send(products.name, 'a product', Buffer.from(value));
    expect(bodies((await page({ limit: 10 }, products.name)).records)[0]).toBe('new');
  });

  it('are fewer where they are large', async () => {
    const large = Buffer.alloc(900_000, 'x');
    for (let number = 0; number < 8; number++) await send(facts.name, `large ${number}`, large);
    const keys: string[] = [];
    for (let before: PageBegin | undefined; keys.length < 10; ) {
      const { records, next } = await page({ limit: 20, before });
      const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      expect(bytes).toBeLessThan(LONGEST_PAGE);
      keys.push(...records.map(({ key }) => String(key)));
      before = next;
    }
    expect(keys.slice(0, 8)).toEqual([7, 6, 5, 4, 3, 2, 1, 0].map((number) => `large ${number}`));
  });

  it('cannot be had of a topic that is missing', async () => {
    await expect(page({ limit: 1 }, 'missing')).rejects.toThrow();
  });
});
