import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backingServices, type FreshTopics, freshTopics, KafkaPeer, until } from '@waybill/testing';
import type { Kafka } from 'kafkajs';
import { FileObjectStore } from '../claim-check/index.js';
import { encode } from '../envelope/index.js';
import { BusinessRejection, Postpone } from '../index.js';
import { declareTopics, KafkaPublisher } from '../kafka/index.js';
import { createKafka, KAFKA_CLIENTS, KafkaJsClient } from '../kafka-clients/index.js';
import { failureOf } from '../outcomes/index.js';
import { Child } from '../test/child.fixture.js';
import {
  clientOf,
  GROUP,
  Ordered,
  ordered,
  Priced,
  type ProcessingSettings,
  priced,
  pricing,
} from '../test/dying-processor.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { ConsumeProcessProduce } from './consume-process-produce.js';

const broker = backingServices().kafka;
let topics: FreshTopics;
let kafka: Kafka;
let publisher: KafkaPublisher;
let peer: KafkaPeer;
const children: Child[] = [];
let processor: { start(): Promise<void>; stop(): Promise<void> };

beforeEach(async () => {
  topics = freshTopics();
  kafka = createKafka({ brokers: [broker], clientId: 'test', logger: quiet });
  await declareTopics(kafka, [ordered, priced], { prefix: topics.prefix }, { group: GROUP, reads: [ordered.name] });
  publisher = new KafkaPublisher(new KafkaJsClient(kafka), topics.prefix);
  peer = new KafkaPeer(topics);
  await peer.listen(priced.name, `${ordered.name}.${GROUP}-dlq`);
});

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  await processor.stop();
  await publisher.close();
  await peer.close();
  await topics.drop();
});

const WHATS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const order = (...whats: string[]) => publisher.publish(whats.map((what) => encode(Ordered.of({ what }), '/test')));

function startChild(
  stopAt: ProcessingSettings['stopAt'],
  kafkaClient: ProcessingSettings['kafkaClient'] = 'kafkajs',
): Child {
  const settings: ProcessingSettings = { kafkaBroker: broker, kafkaClient, prefix: topics.prefix, stopAt };
  const child = Child.run('./dying-processor.fixture.js', settings);
  children.push(child);
  return child;
}

/** Orders one more and waits for its price: then all before it have been processed. */
async function timesPriced(): Promise<number[]> {
  await order('the last');
  await peer.received('the last', 1);
  return Promise.all(WHATS.map(async (what) => (await peer.received(what, 0)).length));
}
const once = WHATS.map(() => 1);

describe.each(KAFKA_CLIENTS)('consume, process and produce by %s', (kafkaClient) => {
  beforeEach(() => {
    processor = pricing(kafka, clientOf(kafkaClient, kafka, broker), topics.prefix, 4);
  });

  it('produces the events that follow from each event', async () => {
    await processor.start();
    await order(...WHATS);
    expect(await timesPriced()).toEqual(once);
    const [event] = await peer.received('a', 1);
    expect(event).toMatchObject({ type: Priced.type, body: '{"what":"a","price":1}' });
  });

  it('is exactly once when the process is killed with all written and nothing committed', async () => {
    await order(...WHATS);
    const killed = startChild('before the commit', kafkaClient);
    await killed.untilPrinted('paused');
    await killed.kill();
    await processor.start();
    expect(await timesPriced()).toEqual(once);
  });

  it('is exactly once when the process is killed right after its commit', async () => {
    await order(...WHATS);
    const killed = startChild('after the commit', kafkaClient);
    await killed.untilPrinted('paused');
    await killed.kill();
    await processor.start();
    expect(await timesPriced()).toEqual(once);
  });

  it('is exactly once when a suspended process resumes and commits what another one has done since', async () => {
    await order(...WHATS);
    const suspended = startChild('before the commit', kafkaClient);
    await suspended.untilPrinted('paused');
    suspended.signal('SIGSTOP');
    await processor.start();
    expect(await timesPriced()).toEqual(once);

    await processor.stop();
    suspended.resume();
    suspended.signal('SIGCONT');
    await suspended.untilPrinted('rejected');
    expect(await Promise.all(WHATS.map(async (what) => (await peer.received(what, 0)).length))).toEqual(once);
  });
});

describe('consume, process and produce', () => {
  beforeEach(() => {
    processor = pricing(kafka, new KafkaJsClient(kafka), topics.prefix, 4);
  });

  it('dead-letters what is malformed or rejected in the same transaction, once, and continues', async () => {
    let tries = 0;
    processor = new ConsumeProcessProduce({
      kafka,
      prefix: topics.prefix,
      group: GROUP,
      source: '/pricing',
      input: Ordered,
      logger: quiet,
      process: ({ what }) => {
        if (what === 'rejected') throw new BusinessRejection('not for sale');
        if (what === 'blip' && ++tries < 3) throw new Error('a blip');
        return [Priced.of({ what, price: 1 })];
      },
    });
    const malformed = encode(Ordered.of({ what: 'malformed' }), '/test');
    await publisher.publish([{ ...malformed, body: Buffer.from('{') }]);
    await order('rejected', 'blip', 'a');
    await processor.start();

    await peer.received('a', 1);
    const [[broken], [rejected]] = await Promise.all([peer.received('malformed', 1), peer.received('rejected', 1)]);
    expect(failureOf(broken!.headers)).toMatchObject({
      class: 'malformed',
      consumer: GROUP,
      source: ordered.name,
      attempts: 1,
    });
    expect(failureOf(rejected!.headers)).toMatchObject({ class: 'business', error: 'not for sale' });
    expect((await peer.received('blip', 1)).length).toBe(1);
  });

  it('ends as a handler does: it postpones, waits for a dependency, and reads large bodies, and none is an attempt', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-claims-'));
    const objectStore = new FileObjectStore(folder);
    const body = Buffer.from('{"what":"large"}');
    const key = crypto.randomUUID();
    await objectStore.put(key, body);
    const tries: Record<string, number[]> = {};
    processor = new ConsumeProcessProduce({
      kafka,
      prefix: topics.prefix,
      group: GROUP,
      source: '/pricing',
      input: Ordered,
      logger: quiet,
      objectStore,
      process: ({ what }, { attempt }) => {
        tries[what] = [...(tries[what] ?? []), attempt];
        if (what === 'postponed' && tries[what].length < 7) throw new Postpone(10);
        if (what === 'waiting' && tries[what].length < 7) throw Object.assign(new Error(), { code: 'ECONNREFUSED' });
        return [Priced.of({ what, price: 1 })];
      },
    });
    const large = encode(Ordered.of({ what: 'large' }), '/test');
    const ce_datadigest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const headers = { ...large.headers, ce_dataref: objectStore.url + key, ce_datadigest };
    await publisher.publish([{ ...large, headers, body: Buffer.alloc(0) }]);
    await order('postponed', 'waiting', 'a');
    await processor.start();

    for (const what of ['large', 'postponed', 'waiting', 'a']) {
      const [event] = await peer.received(what, 1);
      expect(event).toMatchObject({ type: Priced.type });
    }
    expect(tries).toEqual({ large: [1], postponed: Array(7).fill(1), waiting: Array(7).fill(1), a: [1] });
    rmSync(folder, { recursive: true });
  });

  it('declares its topic and that of its dead letters, also when they are deleted', async () => {
    const names = [ordered.name, `${ordered.name}.${GROUP}-dlq`].map((name) => topics.prefix + name);
    const admin = kafka.admin();
    await admin.connect();
    await processor.start();
    await admin.deleteTopics({ topics: names });
    const areThere = async () => {
      const there = await admin.listTopics();
      return names.every((name) => there.includes(name));
    };
    await until('they are gone', async () => !(await areThere()));
    await until('they are there again', areThere);
    await admin.disconnect();
    await order('a');
    await peer.received('a', 1);
  });

  it('skips an event of another type', async () => {
    await processor.start();
    const other = encode(Ordered.of({ what: 'other' }), '/test');
    await publisher.publish([{ ...other, headers: { ...other.headers, ce_type: 'test.Other.v1' } }]);
    await timesPriced();
    expect(await peer.received('other', 0)).toEqual([]);
  });

  it('shows nothing of a transaction that is not committed', async () => {
    await order(...WHATS);
    const child = startChild('before the commit');
    await child.untilPrinted('paused');
    const seen: string[] = [];
    const consumer = kafka.consumer({ groupId: `${topics.prefix}uncommitted`, readUncommitted: true });
    await consumer.connect();
    await consumer.subscribe({ topic: topics.prefix + priced.name, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.key)) });
    await until('a reader of uncommitted events has seen all', () => seen.length === WHATS.length);
    await consumer.disconnect();
    expect(await Promise.all(WHATS.map(async (what) => (await peer.received(what, 0)).length))).toEqual(
      WHATS.map(() => 0),
    );
  });
});
