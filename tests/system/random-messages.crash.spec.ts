import { topology } from '@waybill/contracts';
import { RabbitPeer, testSize, until } from '@waybill/testing';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { systemUnderTest } from '../system-under-test.js';
import { markOf, type RandomMessage, randomMessage } from './random-messages.js';
import { type DeadLetter, endpoints, operate } from './running-system.js';
import { handledEvents, queueDestinations } from './unreadable-messages.js';

type Detailed = DeadLetter & { body: string; bodyEncoding: string };

/**
 * Just under the topics' limit; RabbitMQ's is higher than most can afford. Of a name, invalid bytes take three times as many as
 * text, and amqplib encodes 64 KiB of headers.
 */
const LONGEST = { kafka: { body: 1_000_000, name: 20_000 }, rabbitmq: { body: 2_000_000, name: 7_000 } };
/** amqplib encodes 64 KiB of headers. */
const HEADER_BYTES = 60_000;
const PAGE = 500;
const OPERATORS = 4;
const inTurn = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

const client = new Kafka({ brokers: [endpoints().kafka], logLevel: logLevel.NOTHING });
let producer: Producer;
let rabbit: RabbitPeer;
beforeAll(async () => {
  producer = client.producer({ allowAutoTopicCreation: false });
  [rabbit] = await Promise.all([RabbitPeer.connect(endpoints().rabbitmq), producer.connect()]);
});
afterAll(() => Promise.all([rabbit.close(), producer.disconnect()]));

/** Kafka itself rejects a record without a key for a compacted topic. */
const compacted = new Set(topology.topics.filter((topic) => topic.compacted).map(({ name }) => name));

async function publish({ to, mark, id, type, headers, body, ...message }: RandomMessage): Promise<void> {
  const key = message.key ?? (compacted.has(to.source) ? mark : null);
  const all = { ...Object.fromEntries(headers), ...(id && { ce_id: id }), ce_type: type };
  await producer.send({ topic: to.source, messages: [{ key, headers: all, value: body }] });
}

async function send({ to, id, type, headers, body }: RandomMessage): Promise<void> {
  const attributes = { 'cloudEvents:type': type.toString(), ...(id && { 'cloudEvents:id': id.toString() }) };
  const odd = { nested: { list: [1, null, Buffer.from([255])] }, flag: true, number: 1e15 };
  let room = HEADER_BYTES - Object.values(attributes).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  const few = headers.flatMap(([name, value]) => {
    const kept = value.subarray(0, 10_000);
    room -= Buffer.byteLength(name) + kept.length;
    return room > 0 ? [[name, kept]] : [];
  });
  await rabbit.publishRaw(to.source, body, { headers: { ...odd, ...Object.fromEntries(few), ...attributes } });
}

/** All that wait, in full: each of them can be shown. */
async function waiting(): Promise<Map<string, Detailed[]>> {
  const found: Detailed[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: DeadLetter[]; nextCursor: string | null } = await operate(
      `?status=waiting&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    await concurrently(page.items, async ({ id }) => void found.push(await operate(`/${id}`)));
    cursor = page.nextCursor;
  }
  return Map.groupBy(found, (letter) => markOf(letter) ?? '');
}

const countWaiting = async () =>
  (await operate<{ selected: number }>('/discard', { filter: {}, reason: 'a test', dryRun: true })).selected;

async function concurrently<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: OPERATORS }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

/** False when the edited body does not fit its type. */
async function resubmit({ id }: Detailed, request: { body?: object }): Promise<boolean> {
  try {
    await operate(`/${id}/resubmit`, request);
    return true;
  } catch (error) {
    if (request.body && (error as Error).message.includes(' returned 400')) return false;
    throw error;
  }
}

it(`${2 * testSize.randomMessages} messages of random bytes end as one dead letter of each consumer, or are skipped, and stop nothing`, async () => {
  const before = endpoints().processes;
  const there = await countWaiting();
  const workload = await systemUnderTest.startWorkload();
  const sent: RandomMessage[] = [];
  for (let n = 0; n < testSize.randomMessages; n++) {
    const event = randomMessage(inTurn(handledEvents, n), LONGEST.kafka);
    const task = randomMessage(inTurn(queueDestinations, n), LONGEST.rabbitmq);
    await Promise.all([publish(event), send(task)]);
    sent.push(event, task);
    if (n % Math.ceil(testSize.randomMessages / 5) === 0) workload.add(20);
  }
  await workload.expectNothingLost();

  const isTask = ({ to }: RandomMessage) => queueDestinations.includes(to);
  const consumersOf = (message: RandomMessage) => (isTask(message) || message.isHandled ? message.to.consumers : []);
  const expected = sent.flatMap(consumersOf).length;
  await until(`${expected} dead letters wait`, async () => (await countWaiting()) - there >= expected, {
    within: '3m',
  });

  let found = new Map<string, Detailed[]>();
  const wrong = () =>
    sent.filter((message) => {
      const consumers = (found.get(message.mark) ?? []).map(({ consumer }) => consumer).sort();
      return JSON.stringify(consumers) !== JSON.stringify([...consumersOf(message)].sort());
    });
  const isComplete = async () => {
    found = await waiting();
    return wrong().length === 0;
  };
  await until('each consumer has its dead letter', isComplete, { within: '2m' }).catch(() => {});
  expect(wrong().map(({ to, isHandled, id, key }) => ({ to, isHandled, id, key }))).toEqual([]);
  expect(endpoints().processes).toEqual(before);

  const letters = sent.flatMap(({ mark }) => found.get(mark) ?? []);
  const again: Detailed[] = [];
  const tenth = letters.filter((_, n) => n % 10 === 0);
  await concurrently([...tenth.entries()], async ([n, letter]) => {
    if (await resubmit(letter, n % 2 ? { body: { edited: true } } : {})) again.push(letter);
  });
  await concurrently(again, async ({ id, version, consumer, source }) => {
    await until(
      `${id} of ${consumer} and ${source} is a dead letter again`,
      async () => {
        const { status, version: now } = await operate<DeadLetter>(`/${id}`);
        return status === 'waiting' && now > version;
      },
      { within: '2m' },
    );
  });
  await concurrently(letters, async ({ id }) => void (await operate(`/${id}/discard`, { reason: 'a test' })));
  const rest = await waiting();
  expect(sent.filter(({ mark }) => rest.has(mark))).toEqual([]);
}, 1_200_000);
