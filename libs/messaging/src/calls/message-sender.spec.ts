import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  KafkaPeer,
  RabbitQueues,
  TcpProxy,
  until,
} from '@waybill/testing';
import type { Kafka } from 'kafkajs';
import { z } from 'zod';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import { declareTopics } from '../kafka/index.js';
import { createKafka } from '../kafka-clients/index.js';
import { AmqplibClient, declareQueues } from '../rabbitmq/index.js';
import { type OpenSender, openSender } from '../test/sender.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { type MessageSender, NotConfirmed } from './message-sender.js';

const queue = defineQueue({ name: 'tasks' });
const tiny = defineQueue({ name: 'tiny', maxLength: 1 });
const topic = defineTopic({ name: 'facts', partitions: 1 });
const schema = z.object({ what: z.string() });
const subject = ({ what }: { what: string }) => what;
const TestTask = defineTask({ type: 'test.TestTask.v1', queue, subject, schema });
const TinyTask = defineTask({ type: 'test.TinyTask.v1', queue: tiny, subject, schema });
const TestEvent = defineEvent({ type: 'test.TestEvent.v1', topic, subject, schema });

let vhost: FreshVhost;
let topics: FreshTopics;
let connection: AmqplibClient;
let queues: RabbitQueues;
let proxy: TcpProxy;
let opened: OpenSender;
let sender: MessageSender;
let peer: KafkaPeer;

beforeAll(async () => {
  vhost = await freshVhost();
  topics = freshTopics();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, [queue, tiny]);
  const kafka: Kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
  await declareTopics(kafka, [topic], { prefix: topics.prefix });
  const url = new URL(vhost.url);
  proxy = await TcpProxy.to({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  opened = openSender({ rabbitmqUrl: url.href, kafka, kafkaTopicPrefix: topics.prefix });
  sender = opened.sender;
  peer = new KafkaPeer(topics);
  await peer.listen(topic.name);
});

afterAll(async () => {
  await opened.close();
  await peer.close();
  await Promise.all([connection.close(), queues.close()]);
  await proxy.close();
  await vhost.drop();
  await topics.drop();
});

/** Empties the queue and counts each task. */
async function delivered(name = queue.name): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { body } of await queues.takeAll(name)) {
    const { what } = JSON.parse(String(body));
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}
const waiting = (name = queue.name) => queues.count(name);

describe.each(['at-most-once', 'at-least-once'] as const)('sending %s', (guarantee) => {
  it('brings a task to its queue', async () => {
    await sender.send(TestTask, { what: guarantee }, { guarantee });
    await until('it is there', async () => (await waiting()) === 1);
    expect(await delivered()).toEqual({ [guarantee]: 1 });
  });

  it('brings an event to its topic, in the order of the calls', async () => {
    const about = `in order ${guarantee}`;
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => sender.publish(TestEvent, { what: about }, { guarantee })),
    );
    const received = await peer.received(about, 20);
    expect(received.map(({ headers }) => headers.ce_id)).toEqual(ids);
  });

  it('rejects what does not fit its contract', async () => {
    await expect(sender.send(TestTask, { what: 42 as never }, { guarantee })).rejects.toThrow('what');
  });
});

describe("while the broker's confirms are lost", () => {
  afterEach(async () => {
    proxy.cut();
    proxy.restore();
    await until('the sender is connected again', () => sender.send(TestTask, { what: 'again' }));
    await delivered();
  });

  it('at most once neither waits nor sends twice', async () => {
    await sender.send(TestTask, { what: 'before' }); // connected
    await delivered();
    proxy.holdResponses();
    await sender.send(TestTask, { what: 'once' }, { guarantee: 'at-most-once' });
    await until('it is there', async () => (await waiting()) > 0);
    proxy.cut();
    proxy.restore();
    await until('the sender is connected again', () => sender.send(TestTask, { what: 'after' }));
    expect((await delivered()).once).toBe(1);
  });

  it('at least once sends again until it is confirmed, under the same id', async () => {
    await sender.send(TestTask, { what: 'before' });
    await delivered();
    proxy.holdResponses();
    const sending = sender.send(TestTask, { what: 'confirmed' }, { within: 30_000 });
    await until('it is there', async () => (await waiting()) > 0);
    proxy.cut();
    proxy.restore();
    const id = await sending;
    const copies = await queues.takeAll(queue.name);
    expect(copies.map(({ properties }) => properties.messageId)).toEqual([id, id]);
  });
});

describe('while the broker is unavailable', () => {
  it('at most once is lost, and the call rejects', async () => {
    proxy.cut();
    await expect(sender.send(TestTask, { what: 'lost' }, { guarantee: 'at-most-once' })).rejects.toThrow();
    proxy.restore();
  });

  it('at least once arrives when the broker is back', async () => {
    proxy.cut();
    const sending = sender.send(TestTask, { what: 'waiting' }, { within: 30_000 });
    await expect(sender.send(TestTask, { what: 'too short' }, { within: 200 })).rejects.toThrow(NotConfirmed);
    proxy.restore();
    await sending;
    expect((await delivered()).waiting).toBeGreaterThanOrEqual(1);
  });
});

it('waits for a full queue, as long as the sender allows', async () => {
  const full = async () => {
    const error = await sender.send(TinyTask, { what: 'filler' }, { within: 100 }).catch((thrown) => thrown);
    return error instanceof NotConfirmed && error.message === 'tiny: the queue is full';
  };
  await until('it is full', full);
  const sending = sender.send(TinyTask, { what: 'waiting' }, { within: 30_000 });
  await delivered(tiny.name);
  await sending;
});
