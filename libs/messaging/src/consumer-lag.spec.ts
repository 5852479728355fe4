import { backingServices, type FreshTopics, freshTopics, until } from '@waybill/testing';
import { z } from 'zod';
import { encode } from './cloud-event.js';
import { ConsumerLag } from './consumer-lag.js';
import { defineEvent, defineTopic } from './contract.js';
import { createKafka } from './kafka-client.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { declareTopics } from './kafka-topology.js';
import { lag as metric } from './metrics.js';
import { TopicProgress } from './topic-progress.js';
import { quiet } from './workbench.fixture.js';

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

const shown = async () => (await metric.get()).values.find(({ labels }) => labels.topic === topic.name)?.value;

describe('the lag of a group', () => {
  it('is what waits, and none when all is taken', async () => {
    const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
    await declareTopics(kafka, [topic], { prefix: topics.prefix });
    const publisher = new KafkaPublisher(kafka, topics.prefix);
    const progress = new TopicProgress(kafka, 'readers', topics.prefix);
    const lag = new ConsumerLag({
      topics: [topic.name],
      progressOf: () => progress.of(topic),
      logger: quiet,
      every: 20,
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

  it('is not shown while it is not known', async () => {
    metric.set({ topic: topic.name }, 0);
    const progressOf = () => Promise.reject(new Error('Kafka is away'));
    await new ConsumerLag({ topics: [topic.name], progressOf, logger: quiet }).measure();
    expect(await shown()).toBeUndefined();
  });
});
