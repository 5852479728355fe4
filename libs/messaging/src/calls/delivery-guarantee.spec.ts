import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  KafkaPeer,
  RabbitQueues,
  until,
} from '@waybill/testing';
import { declareTopics } from '../kafka/index.js';
import { createKafka } from '../kafka-clients/index.js';
import { AmqplibClient, declareQueues } from '../rabbitmq/index.js';
import { Child } from '../test/child.fixture.js';
import { queue, type SendingSettings, topic } from '../test/dying-sender.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import type { DeliveryGuarantee } from './delivery-guarantee.js';

let vhost: FreshVhost;
let topics: FreshTopics;
let connection: AmqplibClient;
let queues: RabbitQueues;
let peer: KafkaPeer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-journal-'));
  vhost = await freshVhost();
  topics = freshTopics();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, [queue]);
  const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
  await declareTopics(kafka, [topic], { prefix: topics.prefix });
  peer = new KafkaPeer(topics);
  await peer.listen(topic.name);
});

afterAll(async () => {
  await peer.close();
  await Promise.all([connection.close(), queues.close()]);
  await vhost.drop();
  await topics.drop();
  rmSync(folder, { recursive: true });
});

/** How often each message arrived; once the last one is there, all are. */
async function arrived(broker: 'kafka' | 'rabbitmq', last: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (body: string) => {
    const { what } = JSON.parse(body);
    counts[what] = (counts[what] ?? 0) + 1;
  };
  if (broker === 'rabbitmq') {
    await until('the last one came', async () => {
      for (const { body } of await queues.takeAll(queue.name)) count(String(body));
      return counts[last];
    });
    return counts;
  }
  await peer.received(last, 1);
  for (const what of whatsOf(last)) for (const { body } of await peer.received(what, 0)) count(body);
  return counts;
}

const SENT = ['1', '2', '3', '4', '5'];
const whatsOf = (what: string) => SENT.map((n) => what.replace(/\d$/, n));

/** Sends five messages by a process that is killed at the third, then by its successor. */
async function sendThroughACrash(broker: 'kafka' | 'rabbitmq', guarantee: DeliveryGuarantee) {
  const whats = SENT.map((n) => `${broker} ${guarantee} ${n}`);
  const settings: SendingSettings = {
    broker,
    guarantee,
    whats,
    journal: join(folder, `${broker} ${guarantee}`),
    rabbitmqUrl: vhost.url,
    kafkaBroker: backingServices().kafka,
    kafkaTopicPrefix: topics.prefix,
  };
  writeFileSync(settings.journal, '');
  const killed = Child.run('./dying-sender.fixture.js', { ...settings, stopAt: whats[2]! });
  await killed.untilPrinted('paused');
  await killed.kill();
  expect(await Child.run('./dying-sender.fixture.js', settings).end()).toBe(0);
  expect(readFileSync(settings.journal, 'utf8').trim().split('\n')).toEqual(whats);
  const counts = await arrived(broker, whats[4]!);
  return whats.map((what) => counts[what] ?? 0);
}

describe.each(['kafka', 'rabbitmq'] as const)('a sender of %s that is killed at the worst moment', (broker) => {
  it('at most once: nothing arrives twice, and the message in flight is lost', async () => {
    expect(await sendThroughACrash(broker, 'at-most-once')).toEqual([1, 1, 0, 1, 1]);
  });

  it('at least once: nothing is lost, and the message in flight arrives twice', async () => {
    expect(await sendThroughACrash(broker, 'at-least-once')).toEqual([1, 1, 2, 1, 1]);
  });
});
