import { createKafka, KafkaJsClient } from '@waybill/messaging';
import { backingServices, uniqueName, until } from '@waybill/testing';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import { quiet } from '../messaging/service.js';
import {
  type Broker,
  type Channel,
  fromBytes,
  keyOf,
  type OnMessage,
  PARTITIONS,
  type Reading,
  type Requester,
  toBytes,
} from './broker.js';
import { launchedServer } from './launched-server.js';
import { waybillEvents } from './waybill.js';

/** Before it is confirmed, every request is flushed to the disk. */
const FLUSHED = [{ name: 'flush.messages', value: '1' }];

export async function openKafka(): Promise<Broker> {
  const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'bench', logger: quiet });
  const admin = kafka.admin();
  await admin.connect();
  const create = async (topic: string, configEntries = FLUSHED) => {
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, configEntries }], waitForLeaders: false });
    await until(`${topic} has leaders`, () => admin.fetchTopicOffsets(topic));
  };
  const open = async (settings = FLUSHED, groups = 1) => {
    const topic = uniqueName('bench');
    await create(topic, settings);
    const channel = await openChannel(kafka, topic, groups);
    return {
      ...channel,
      async close() {
        await channel.close();
        await admin.deleteTopics({ topics: [topic] });
      },
    };
  };
  return {
    name: 'Kafka',
    version: '4.1.1',
    confirm: 'fsynced (flush.messages=1), acks=all, one replica',
    clients: [
      {
        name: 'kafkajs',
        open: () => open(),
        openFanOut: (groups) => open(FLUSHED, groups),
        openRequests: () => openRequests(kafka, create),
      },
      waybillEvents({
        name: 'Waybill',
        options: { kafkaBrokers: [backingServices().kafka] },
        client: () => new KafkaJsClient(kafka),
        declare: ({ name }) => create(name),
        drop: (topic) => admin.deleteTopics({ topics: [topic] }),
      }),
    ],
    byDefault: { name: 'kafkajs', open: () => open([]) },
    ...launchedServer('kafka'),
    async close() {
      await admin.disconnect();
    },
  };
}

async function openProducer(kafka: Kafka): Promise<Producer> {
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner,
  });
  await producer.connect();
  return producer;
}

async function openChannel(kafka: Kafka, topic: string, groups: number): Promise<Channel> {
  const producer = await openProducer(kafka);
  return {
    async publish(bodies) {
      const messages = bodies.map((body) => ({ key: keyOf(body), value: toBytes(body) }));
      await producer.send({ topic, acks: -1, messages });
    },
    async consume(onMessage) {
      const readings = await Promise.all(
        Array.from({ length: groups }, (_, n) =>
          read(kafka, topic, `${topic}.${n}`, (bytes) => onMessage(fromBytes(bytes))),
        ),
      );
      return { stop: () => Promise.all(readings.map((reading) => reading.stop())).then(() => {}) };
    },
    close: () => producer.disconnect(),
  };
}

/** As kafkajs's documentation shows; resolves when the group has its partitions. */
async function read(
  kafka: Kafka,
  topic: string,
  groupId: string,
  handle: (bytes: Buffer) => ReturnType<OnMessage>,
): Promise<Reading> {
  const consumer = kafka.consumer({ groupId });
  const joined = new Promise<unknown>((resolve) => consumer.on('consumer.group_join', resolve));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: PARTITIONS,
    eachMessage: async ({ message }) => handle(message.value!),
  });
  await joined;
  return { stop: () => consumer.disconnect() };
}

/** Two topics and a correlation id: Kafka itself knows no requests. */
async function openRequests(kafka: Kafka, create: (topic: string) => Promise<void>): Promise<Requester> {
  const [asked, answered] = [uniqueName('bench'), uniqueName('bench')];
  await create(asked);
  await create(answered);
  const producer = await openProducer(kafka);
  const waiting = new Map<number, () => void>();
  const send = (topic: string, n: number) =>
    producer.send({ topic, acks: -1, messages: [{ key: String(n), value: JSON.stringify({ n }) }] });
  const responder = await read(kafka, asked, asked, async (bytes) => {
    await send(answered, fromBytes(bytes).n);
  });
  const replies = await read(kafka, answered, answered, (bytes) => {
    waiting.get(fromBytes(bytes).n)?.();
  });
  return {
    async request(n) {
      const replied = new Promise<void>((resolve) => waiting.set(n, resolve));
      await send(asked, n);
      await replied;
      waiting.delete(n);
    },
    async close() {
      await Promise.all([responder.stop(), replies.stop()]);
      await producer.disconnect();
    },
  };
}
