import { backingServices, type FreshTopics, freshTopics, until } from '@waybill/testing';
import { Partitioners, type Producer } from 'kafkajs';
import { TopicProgress } from '../kafka/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { KAFKA_CLIENTS, type KafkaClient, KafkaJsClient, PlatformaticClient } from './index.js';

const brokers = [backingServices().kafka];
let topics: FreshTopics;
let producer: Producer;

beforeAll(async () => {
  topics = freshTopics();
  const createPartitioner = Partitioners.DefaultPartitioner;
  producer = topics.kafka.producer({
    transactionalId: `${topics.prefix}writer`,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner,
  });
  await producer.connect();
});
afterAll(async () => {
  await producer.disconnect();
  await topics.drop();
});

const clients: Record<(typeof KAFKA_CLIENTS)[number], () => KafkaClient> = {
  kafkajs: () => new KafkaJsClient(topics.kafka),
  '@platformatic/kafka': () => new PlatformaticClient({ brokers, clientId: 'test', logger: quiet }),
};

async function write(topic: string, end: 'commit' | 'abort', ...values: string[]): Promise<void> {
  const transaction = await producer.transaction();
  await transaction.send({ topic: topics.prefix + topic, messages: values.map((value) => ({ value })) });
  await transaction[end]();
}

describe.each(KAFKA_CLIENTS)('a reader of transactions by %s', (name) => {
  const topic = `facts-${KAFKA_CLIENTS.indexOf(name)}`;
  const group = 'readers';
  const received: string[] = [];
  let stopping: AbortController;
  let reading: Promise<void>;
  let progress: TopicProgress;

  const start = () => {
    stopping = new AbortController();
    const reader = clients[name]().reader({
      group: `${topics.prefix}${group}`,
      topics: [topics.prefix + topic],
      async consume({ records, commit }) {
        received.push(...records.map(({ value }) => String(value)));
        await commit(records.at(-1)!);
      },
    });
    reading = reader.readUntil(stopping.signal);
  };
  const stop = async () => {
    stopping.abort();
    await reading;
  };
  const untilRead = (...values: string[]) =>
    until(`${values} are read`, () => values.every((value) => received.includes(value)));
  /** Control records are behind what was read. */
  const untilNothingIsBehind = () =>
    until('nothing is behind', async () => (await progress.of({ name: topic })).behind === 0);

  beforeAll(async () => {
    await topics.create(topic);
    progress = new TopicProgress(topics.kafka, group, topics.prefix);
    start();
  });
  afterAll(async () => {
    await stop();
    await progress.close();
  });

  it('reads what was committed, and then has no lag, though a control record is last', async () => {
    await write(topic, 'commit', 'one', 'two');
    await untilRead('one', 'two');
    await untilNothingIsBehind();
  });

  it('reads nothing that was aborted, and then has no lag', async () => {
    await write(topic, 'abort', 'aborted');
    await untilNothingIsBehind();
    await write(topic, 'abort', 'aborted', 'aborted');
    await write(topic, 'commit', 'three');
    await write(topic, 'abort', 'aborted');
    await untilRead('three');
    await untilNothingIsBehind();
    expect(received).toEqual(['one', 'two', 'three']);
  });

  it('has no lag when nothing but an aborted transaction was written while it did not run', async () => {
    await stop();
    await write(topic, 'abort', 'aborted');
    await write(topic, 'abort', 'aborted');
    start();
    await untilNothingIsBehind();
    await write(topic, 'commit', 'four');
    await untilRead('four');
    await untilNothingIsBehind();
    expect(received).toEqual(['one', 'two', 'three', 'four']);
  });

  it('has read all that can be read while a transaction is open', async () => {
    const transaction = await producer.transaction();
    await transaction.send({ topic: topics.prefix + topic, messages: [{ value: 'open' }] });
    await untilNothingIsBehind();
    await transaction.commit();
    await untilRead('open');
    await untilNothingIsBehind();
  });
});
