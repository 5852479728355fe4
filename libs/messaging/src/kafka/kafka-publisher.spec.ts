import type { OutboxMessage } from '@waybill/outbox';
import { backingServices, freshTopics, TcpProxy, until } from '@waybill/testing';
import type { Admin, Consumer, ITopicConfig } from 'kafkajs';
import {
  createKafka,
  KAFKA_CLIENTS,
  type KafkaClient,
  KafkaJsClient,
  type KafkaSettings,
  PlatformaticClient,
  toRecord,
} from '../kafka-clients/index.js';
import { keepsPublisherPromises, type OpenBroker, type StoredMessage } from '../test/publisher-conformance.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { fromKafka, toMessage } from './kafka-envelope.js';
import { KafkaPublisher } from './kafka-publisher.js';

/** Reads a topic from its beginning to its current end. */
class Reader {
  private readonly messages: StoredMessage[] = [];

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
        const stored = fromKafka(toRecord(message));
        const { id } = toMessage(stored, { topic, partition, offset: message.offset });
        reader.messages.push({ id, key: stored.key, headers: stored.headers, body: stored.bytes, partition });
      },
    });
    return reader;
  }

  async read() {
    const offsets = await this.admin.fetchTopicOffsets(this.topic);
    const count = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    await until(`${count} messages are read`, () => this.messages.length >= count);
    return this.messages;
  }

  close(): Promise<void> {
    return this.consumer.disconnect();
  }
}

interface OpenKafka extends OpenBroker {
  topic(config: Partial<ITopicConfig>): Promise<string>;
}

const CLIENTS: Record<(typeof KAFKA_CLIENTS)[number], (settings: KafkaSettings) => KafkaClient> = {
  kafkajs: (settings) => new KafkaJsClient(createKafka(settings)),
  '@platformatic/kafka': (settings) => new PlatformaticClient(settings),
};

/** The tests' Kafka behind a proxy. */
async function openKafka(library: (typeof KAFKA_CLIENTS)[number]): Promise<OpenKafka> {
  const proxy = await TcpProxy.toKafka(backingServices().kafka);
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
  const client = CLIENTS[library]({ brokers: [`127.0.0.1:${proxy.port}`], clientId: 'test', logger: quiet });
  return {
    proxy,
    topic,
    publisher: () => new KafkaPublisher(client, topics.prefix),
    destination: topic,
    async blocked(because, publisher) {
      const name = newName();
      if (because === 'deleted while in use') {
        await create(name);
        await publisher.publish([message({ destination: name })]);
        await admin.deleteTopics({ topics: [topics.prefix + name] });
        await until('it is gone', async () => !(await admin.listTopics()).includes(topics.prefix + name));
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

describe.each(KAFKA_CLIENTS)('Kafka', (library) => {
  const open = () => openKafka(library);
  const blocks = ['missing', 'deleted while in use'];
  keepsPublisherPromises(library, {
    target: 'kafka',
    promises: {
      storesKeys: true,
      partitionsAsJava: true,
      deduplicationWindow: 0,
      tooLarge: 2_000_000,
      blocks,
      rejectsWhenFull: false,
    },
    open,
  });

  it(`by ${library} rejects what a compacted topic never accepts: a message without a key`, async () => {
    const kafka = await open();
    const publisher = kafka.publisher();
    const destination = await kafka.topic({ configEntries: [{ name: 'cleanup.policy', value: 'compact' }] });
    const messages = [message({ destination }), message({ destination, key: null }), message({ destination })];
    const outcomes = await publisher.publish(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(['published', 'rejected', 'published']);
    await publisher.close();
    await kafka.close();
  });
});
