import { backingServices, type FreshTopics, freshTopics, until } from '@waybill/testing';
import { z } from 'zod';
import { defineEvent, defineTopic } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { createKafka, KafkaJsClient } from '../kafka-clients/index.js';
import { messagingMetrics } from '../outcomes/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { ConsumerLag } from './consumer-lag.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { declareTopics } from './kafka-topology.js';
import { TopicProgress } from './topic-progress.js';

const { lag: metric, parkedEvents } = messagingMetrics();
const topic = defineTopic({ name: 'facts', partitions: 3 });
const Fact = defineEvent({
  type: 'test.Fact.v1',
  topic,
  subject: ({ n }) => String(n),
  schema: z.object({ n: z.int() }),
});
let topics: FreshTopics;
beforeAll(() => {
  topics = freshTopics();
});
afterAll(() => topics.drop());

const shown = async (gauge = metric) =>
  (await gauge.get()).values.find(({ labels }) => labels.topic === topic.name)?.value;
const countParked = async () => new Map<string, number>();

describe('the lag of a group', () => {
  it('counts the events not consumed yet, and is zero when all are', async () => {
    const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
    await declareTopics(kafka, [topic], { prefix: topics.prefix });
    const publisher = new KafkaPublisher(new KafkaJsClient(kafka), topics.prefix);
    const progress = new TopicProgress(kafka, 'readers', topics.prefix);
    const lag = new ConsumerLag({
      topics: [topic.name],
      progressOf: () => progress.of(topic),
      countParked,
      logger: quiet,
      interval: 20,
    });
    await publisher.publish(Array.from({ length: 30 }, (_, n) => encode(Fact.of({ n }), '/test')));
    lag.start();
    await until('thirty wait', async () => (await shown()) === 30);

    const consumer = kafka.consumer({ groupId: `${topics.prefix}readers` });
    await consumer.connect();
    await consumer.subscribe({ topic: topics.prefix + topic.name, fromBeginning: true });
    await consumer.run({ autoCommitThreshold: 1, eachMessage: async () => {} });
    await until('none waits', async () => (await shown()) === 0, { within: '30s' });
    lag.stop();
    await Promise.all([consumer.disconnect(), publisher.close(), progress.close()]);
  });

  it('disappears while it cannot be measured', async () => {
    metric.set({ topic: topic.name }, 0);
    const progressOf = () => Promise.reject(new Error('Kafka is unavailable'));
    await new ConsumerLag({ topics: [topic.name], progressOf, countParked, logger: quiet }).measure();
    expect(await shown()).toBeUndefined();
  });
});

describe('the number of parked events', () => {
  const measure = (count: () => Promise<Map<string, number>>) =>
    new ConsumerLag({
      topics: [topic.name],
      progressOf: async () => ({ end: 0, behind: 0 }),
      countParked: count,
      logger: quiet,
    }).measure();

  it('is shown with the lag, is zero when none is parked, and disappears while it cannot be counted', async () => {
    await measure(async () => new Map([[topic.name, 3]]));
    expect(await shown(parkedEvents)).toBe(3);
    await measure(countParked);
    expect(await shown(parkedEvents)).toBe(0);
    await measure(() => Promise.reject(new Error('the database is unavailable')));
    expect(await shown(parkedEvents)).toBeUndefined();
  });
});
