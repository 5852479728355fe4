import { freshTopics, freshVhost } from '@waybill/testing';
import { defineQueue, defineTopic } from '../contract/index.js';
import { declareTopics, KafkaPublisher } from '../kafka/index.js';
import { createKafka, type KafkaClient, KafkaJsClient, PlatformaticClient } from '../kafka-clients/index.js';
import { AmqplibClient, declareQueues, RabbitPublisher } from '../rabbitmq/index.js';
import { quiet } from './workbench.fixture.js';

/** Sends and reads messages by one transport, and prints how the heap grew. Run with `--expose-gc`. */
export interface MemorySettings {
  transport: 'kafkajs' | '@platformatic/kafka' | 'amqplib';
  kafkaBroker: string;
  messages: number;
}

/** Messages until everything is compiled and every buffer has grown. */
const WARM_UP = 30_000;
/** What leaks does so with each send, however many messages it has. */
const BATCH = 10;
const CONCURRENT = 10;

interface Transport {
  send(count: number): Promise<unknown>;
  /** Messages that were read so far. */
  read(): number;
  close(): Promise<void>;
}

const { transport, kafkaBroker, messages } = JSON.parse(process.argv[2]!) as MemorySettings;
const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(100) }));
const batch = (target: string, destination: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: crypto.randomUUID(),
    target,
    destination,
    key: target === 'kafka' ? `key ${n}` : null,
    headers: { 'content-type': 'application/json' },
    body,
  }));

async function openKafka(library: KafkaClient, kafka: ReturnType<typeof createKafka>): Promise<Transport> {
  const topics = freshTopics();
  const topic = defineTopic({ name: 'facts', partitions: 3 });
  await declareTopics(kafka, [topic], { prefix: topics.prefix });
  const publisher = new KafkaPublisher(library, topics.prefix);
  let count = 0;
  const stopping = new AbortController();
  const reader = library.reader({
    group: `${topics.prefix}readers`,
    topics: [topics.prefix + topic.name],
    async consume({ records, commit }) {
      count += records.length;
      await commit(records.at(-1)!);
    },
  });
  const reading = reader.readUntil(stopping.signal);
  return {
    send: (some) => publisher.publish(batch('kafka', topic.name, some)),
    read: () => count,
    async close() {
      stopping.abort();
      await reading;
      await publisher.close();
      await topics.drop();
    },
  };
}

async function openRabbit(): Promise<Transport> {
  const vhost = await freshVhost();
  const client = new AmqplibClient({ url: vhost.url, name: 'memory', logger: quiet });
  const queue = defineQueue({ name: 'tasks' });
  await declareQueues(client, [queue]);
  const publisher = new RabbitPublisher(client);
  let count = 0;
  const reader = client.reader({
    queue: queue.name,
    prefetch: 200,
    async onMessage() {
      count++;
      return 'ack' as const;
    },
  });
  return {
    send: (some) => publisher.publish(batch('rabbitmq', queue.name, some)),
    read: () => count,
    async close() {
      await reader.close();
      await publisher.close();
      await client.close();
      await vhost.drop();
    },
  };
}

/** Sends so many, and resolves when they are read. */
async function exchange({ send, read }: Transport, count: number): Promise<void> {
  const before = read();
  for (let sent = 0; sent < count; sent += CONCURRENT * BATCH) {
    await Promise.all(Array.from({ length: CONCURRENT }, () => send(BATCH)));
  }
  while (read() - before < count) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Bytes in use after what can be collected was. */
async function heap(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    await new Promise(setImmediate);
    globalThis.gc!();
  }
  return process.memoryUsage().heapUsed;
}

const settings = { brokers: [kafkaBroker], clientId: 'memory', logger: quiet };
const kafka = createKafka(settings);
const open = {
  kafkajs: () => openKafka(new KafkaJsClient(kafka), kafka),
  '@platformatic/kafka': () => openKafka(new PlatformaticClient(settings), kafka),
  amqplib: openRabbit,
};
const opened = await open[transport]();
await exchange(opened, WARM_UP);
const before = await heap();
await exchange(opened, messages);
process.stdout.write(`${JSON.stringify({ grownBy: (await heap()) - before, read: opened.read() })}\n`);
await opened.close();
process.exit(0);
