import { connect } from 'node:net';
import type { OutboxMessage } from '@waybill/outbox';
import { backingServices, freshTopics, TcpProxy, until } from '@waybill/testing';
import type { Admin, Consumer, ITopicConfig } from 'kafkajs';
import { createKafka } from './kafka-client.js';
import { fromKafka, toMessage } from './kafka-envelope.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { keepsPublisherPromises, type OpenBroker, type StoredMessage } from './publisher-conformance.fixture.js';
import { quiet } from './workbench.fixture.js';

interface KafkaMessage extends StoredMessage {
  partition: number;
}

/** Reads a topic from its beginning, as far as it goes at each look. */
class Reader {
  private readonly messages: KafkaMessage[] = [];

  private constructor(
    private readonly consumer: Consumer,
    private readonly admin: Admin,
    private readonly topic: string,
  ) {}

  static async of(topic: string, consumer: Consumer, admin: Admin): Promise<Reader> {
    const reader = new Reader(consumer, admin, topic);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        const stored = fromKafka(message);
        const { id } = toMessage(stored, { topic, partition, offset: message.offset });
        reader.messages.push({ id, key: stored.key, headers: stored.headers, body: stored.bytes, partition });
      },
    });
    return reader;
  }

  async read() {
    const offsets = await this.admin.fetchTopicOffsets(this.topic);
    const count = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    await until(`${count} messages are read`, () => this.messages.length >= count, { within: '30s' });
    return this.messages;
  }

  close(): Promise<void> {
    return this.consumer.disconnect();
  }
}

interface OpenKafka extends OpenBroker {
  topic(config: Partial<ITopicConfig>): Promise<string>;
  stored(topic: string): Promise<KafkaMessage[]>;
}

/** The tests' Kafka, by a proxy. */
async function openKafka(): Promise<OpenKafka> {
  const [host, port] = backingServices().kafka.split(':');
  const proxy = await TcpProxy.to({ host: host!, port: Number(port) });
  const topics = freshTopics();
  const admin = topics.kafka.admin();
  await admin.connect();
  const readers = new Map<string, Reader>();
  let count = 0;

  const newName = () => `topic${++count}`;
  const create = async (name: string, config: Partial<ITopicConfig> = {}) => {
    const topic = topics.prefix + name;
    await admin.createTopics({ topics: [{ topic, numPartitions: 6, ...config }], waitForLeaders: false });
    await until(`${name} has leaders`, () => admin.fetchTopicOffsets(topic)); // kafkajs waits once only
  };
  const topic = async (config?: Partial<ITopicConfig>) => {
    const name = newName();
    await create(name, config);
    return name;
  };
  const kafka = createKafka({
    brokers: [backingServices().kafka],
    clientId: 'test',
    logger: quiet,
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: proxy.port }, onConnect),
  });
  return {
    proxy,
    topic,
    publisher: () => new KafkaPublisher(kafka, topics.prefix),
    destination: topic,
    async blocked(because, publisher) {
      const name = newName();
      if (because === 'deleted while in use') {
        await create(name);
        await publisher.publish([message({ destination: name })]);
        await admin.deleteTopics({ topics: [topics.prefix + name] });
      }
      return { name, release: () => create(name) };
    },
    async stored(name) {
      if (!readers.has(name)) {
        const consumer = topics.kafka.consumer({ groupId: `${topics.prefix}${name}` });
        readers.set(name, await Reader.of(topics.prefix + name, consumer, admin));
      }
      return readers.get(name)!.read();
    },
    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.close()));
      await admin.disconnect();
      await topics.drop();
      await proxy.close();
    },
  };
}

const message = (changes: Partial<OutboxMessage>): OutboxMessage => ({
  id: crypto.randomUUID(),
  target: 'kafka',
  destination: 'orders',
  key: 'k',
  headers: {},
  body: Buffer.from('{}'),
  ...changes,
});

keepsPublisherPromises('kafka', {
  promises: { storesKeys: true, tooLarge: 2_000_000, blocks: ['missing', 'deleted while in use'] },
  open: openKafka,
});

describe('KafkaPublisher', () => {
  let kafka: OpenKafka;
  let publisher: ReturnType<OpenKafka['publisher']>;
  beforeAll(async () => {
    kafka = await openKafka();
    publisher = kafka.publisher();
  });
  afterAll(async () => {
    await publisher.close();
    await kafka.close();
  });

  // The hashes are those that Kafka's own test of Utils.murmur2 expects.
  it("chooses a key's partition as Java's client does", async () => {
    const hashes = {
      '21': -973932308,
      foobar: -790332482,
      'a-little-bit-long-string': -985981536,
      'a-little-bit-longer-string': -1486304829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    };
    const destination = await kafka.topic({ numPartitions: 6 });
    await publisher.publish(Object.keys(hashes).map((key) => message({ key, destination })));
    const partitions = (await kafka.stored(destination)).map(({ key, partition }) => [key, partition]);
    const toPositive = (hash: number) => hash & 0x7fffffff;
    expect(Object.fromEntries(partitions)).toEqual(
      Object.fromEntries(Object.entries(hashes).map(([key, hash]) => [key, toPositive(hash) % 6])),
    );
  });

  it('spreads messages without a key, and sends each to the same partition again', async () => {
    const destination = await kafka.topic({ numPartitions: 6 });
    const messages = Array.from({ length: 61 }, (_, n) =>
      message({ key: null, destination, body: Buffer.from(`${n}`) }),
    );
    await publisher.publish(messages);
    await publisher.publish(messages);
    const places = new Set((await kafka.stored(destination)).map(({ body, partition }) => `${body} in ${partition}`));
    expect(places.size).toBe(61);
    expect(new Set([...places].map((place) => place.at(-1))).size).toBe(6);
  });

  it('refuses what a compacted topic never takes: a message without a key', async () => {
    const destination = await kafka.topic({ configEntries: [{ name: 'cleanup.policy', value: 'compact' }] });
    const messages = [message({ destination }), message({ destination, key: null }), message({ destination })];
    const outcomes = await publisher.publish(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(['published', 'refused', 'published']);
  });
});
