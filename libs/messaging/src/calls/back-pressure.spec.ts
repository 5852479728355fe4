import { OutboxRelay, type Publisher } from '@waybill/outbox';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  RabbitQueues,
  until,
} from '@waybill/testing';
import type { OutgoingMessage } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { declareTopics, KafkaPublisher } from '../kafka/index.js';
import { createKafka, KafkaJsClient } from '../kafka-clients/index.js';
import { AmqplibClient, declareQueues, RabbitPublisher } from '../rabbitmq/index.js';
import { Child } from '../test/child.fixture.js';
import { openSender } from '../test/sender.fixture.js';
import {
  BoundedWork,
  bounded,
  Fact,
  type ProcessStats,
  queue,
  type SlowConsumerSettings,
  topology,
  Work,
} from '../test/slow-consumer.fixture.js';
import { consumerDatabase, quiet } from '../test/workbench.fixture.js';
import { MessageOutbox } from './message-outbox.js';
import { NotConfirmed } from './message-sender.js';
import { RateLimitedPublisher, rateLimit } from './rate-limited-publisher.js';

const KIB = 1_024;
/** 150 MiB: the backlog is much more than the consumer may hold. */
const FLOOD = 1_500;
const PADDING = 'x'.repeat(100 * KIB);
/** What a process may grow by while it works, in MiB. */
const ROOM = 90;

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let vhost: FreshVhost;
let topics: FreshTopics;
let connection: AmqplibClient;
let queues: RabbitQueues;
const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
let consumer: Child | undefined;

beforeEach(async () => {
  [database, vhost] = await Promise.all([consumerDatabase(), freshVhost()]);
  topics = freshTopics();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await Promise.all([
    declareQueues(connection, topology.queues),
    declareTopics(kafka, topology.topics, { prefix: topics.prefix }),
  ]);
});

afterEach(async () => {
  await consumer?.kill();
  consumer = undefined;
  await Promise.all([connection.close(), queues.close()]);
  await Promise.all([database.drop(), vhost.drop()]);
  await topics.drop();
});

function startSlowConsumer(changes: Partial<SlowConsumerSettings> = {}): Child {
  consumer = Child.run('./slow-consumer.fixture.js', {
    databaseUrl: database.url,
    rabbitmqUrl: vhost.url,
    kafkaBroker: backingServices().kafka,
    kafkaTopicPrefix: topics.prefix,
    prefetch: 5,
    takes: 20,
    ...changes,
  } satisfies SlowConsumerSettings);
  return consumer;
}

const stats = (): ProcessStats | undefined => consumer!.lastLine<ProcessStats>();
const waiting = (name: string) => queues.count(name);

/** The whole backlog is there before the consumer starts. */
async function flood(contract: typeof Work | typeof Fact, publisher: Publisher): Promise<void> {
  for (let first = 0; first < FLOOD; first += 50) {
    const some = Array.from({ length: 50 }, (_, n) => contract.of({ n: first + n, padding: PADDING }));
    await publisher.publish(some.map((message) => encode(message, '/flood')));
  }
}

/** The consumer's first report, and the one after so many messages. */
async function watch(count: number): Promise<[ProcessStats, ProcessStats]> {
  const first = await until('it reports', stats);
  const done = () => (stats()?.handled ?? 0) >= count && stats();
  return [first, await until(`${count} are handled`, done)];
}

describe('prefetch', () => {
  it('limits the messages in flight, while two hundred times as many wait in the queue', async () => {
    const publisher = new RabbitPublisher(connection);
    await flood(Work, publisher);
    startSlowConsumer();
    const [first, later] = await watch(200);

    expect(later.maxInFlight).toBe(5);
    expect(await waiting(queue.name)).toBeGreaterThan(1_000);
    expect(later.memory - first.memory).toBeLessThan(ROOM);
    await publisher.close();
  });
});

describe('bounded batches', () => {
  it('limit what a Kafka consumer has in memory, while the rest waits in the topic', async () => {
    const publisher = new KafkaPublisher(new KafkaJsClient(kafka), topics.prefix);
    await flood(Fact, publisher);
    startSlowConsumer();
    const [first, later] = await watch(200);

    expect(later.maxInFlight).toBeLessThanOrEqual(3 * 12); // partitions and keys, both concurrent
    expect(later.memory - first.memory).toBeLessThan(ROOM);
    await publisher.close();
  });
});

describe('a bounded queue', () => {
  const BOUND = bounded.maxLength;

  it('stays near its bound under a producer ten times faster than its consumer, and nothing is lost', async () => {
    const { sender, close } = openSender({ rabbitmqUrl: vhost.url, kafka });
    startSlowConsumer({ prefetch: 2 }); // 100 a second
    const lengths: number[] = [];
    let rejected = 0;
    let sent = 0;
    const body = () => ({ n: ++sent, padding: '' });
    const produce = async () => {
      while (sent < 600) {
        const message = body();
        const confirmed = () =>
          sender.send(BoundedWork, message, { within: 50 }).then(
            () => true,
            (error) => {
              if (!(error instanceof NotConfirmed)) throw error;
              rejected++;
              return false;
            },
          );
        await until('it is confirmed', confirmed);
        lengths.push(await waiting(bounded.name));
      }
    };
    await Promise.all(Array.from({ length: 10 }, produce));

    expect(rejected).toBeGreaterThan(0); // it was faster
    // What was in flight when it became full comes on top; so does what a busy broker confirms too late, and is sent again.
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * BOUND);
    await until('all are handled', () => (stats()?.handled ?? 0) >= sent);
    await close();
  });

  it("leaves the rest in the sender's outbox", async () => {
    const publisher = new RabbitPublisher(connection);
    const relay = new OutboxRelay({ connectionString: database.url, targets: { rabbitmq: publisher }, logger: quiet });
    const outbox = new MessageOutbox({ source: '/flood' });
    const messages: OutgoingMessage[] = Array.from({ length: 600 }, (_, n) => BoundedWork.of({ n, padding: '' }));
    await database.transaction((tx) => outbox.add(tx, ...messages));
    await relay.start();
    await until('the queue is full', async () => (await waiting(bounded.name)) >= BOUND);
    const backlog = async () => (await database.pool.query('SELECT FROM waybill.outbox')).rowCount!;
    expect((await waiting(bounded.name)) + (await backlog())).toBeGreaterThanOrEqual(600);

    startSlowConsumer();
    const lengths: number[] = [];
    await until('all are handled', async () => {
      lengths.push(await waiting(bounded.name));
      return (stats()?.handled ?? 0) >= 600;
    });
    expect(Math.max(...lengths)).toBeLessThan(3 * BOUND); // a batch may be in flight when it becomes full
    await relay.stop();
    await publisher.close();
  });
});

describe('a rate limit', () => {
  it('is never exceeded, though ten times as much is ready to be sent', async () => {
    const confirming = new RabbitPublisher(connection);
    const publisher = new RateLimitedPublisher(confirming, rateLimit(100, 10));
    startSlowConsumer(); // 250 a second
    await until('it consumes', () => stats());
    const started = performance.now();
    const overLimit: number[] = [];
    let done = false;
    const looking = (async () => {
      while (!done) {
        const sent = (stats()?.handled ?? 0) + (await waiting(queue.name));
        overLimit.push(sent - 10 - (performance.now() - started) / 10);
      }
    })();
    await publisher.publish(Array.from({ length: 300 }, (_, n) => encode(Work.of({ n, padding: '' }), '/flood')));
    expect(performance.now() - started).toBeGreaterThan(2_800);
    done = true;
    await looking;

    expect(Math.max(...overLimit)).toBeLessThanOrEqual(0);
    await until('all are handled', () => (stats()?.handled ?? 0) >= 300);
    await confirming.close();
  });
});
