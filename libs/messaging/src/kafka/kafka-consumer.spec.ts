import { backingServices, uniqueName, until } from '@waybill/testing';
import type { Kafka } from 'kafkajs';
import { z } from 'zod';
import type { StartedAttempts } from '../attempts/index.js';
import { defineEvent, defineTopic } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import type { Handler } from '../handling/index.js';
import { BusinessRejection } from '../index.js';
import { createKafka, KafkaJsClient } from '../kafka-clients/index.js';
import { failureOf, messagingMetrics } from '../outcomes/index.js';
import {
  attemptsOn,
  consumerDatabase,
  dispatchOn,
  effect,
  effects,
  quiet,
  registered,
} from '../test/workbench.fixture.js';
import { EventHandling } from './event-handling.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { declareTopics } from './kafka-topology.js';
import { ParkedEvents } from './parked-events.js';
import { ParkedHandling } from './parked-handling.js';

const topic = defineTopic({ name: uniqueName('events'), partitions: 3 });
const group = uniqueName('group');
const event = {
  topic,
  subject: ({ about }: { about: string }) => about,
  schema: z.object({ about: z.string(), what: z.string() }),
};
const TestEvent = defineEvent({ type: 'test.TestEvent.v1', ...event });
/** Its handler is declared with `ordered: false`. */
const UnorderedEvent = defineEvent({ type: 'test.UnorderedEvent.v1', ...event });

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let kafka: Kafka;
let publisher: KafkaPublisher;
let consumer: KafkaConsumer;
let attempts: StartedAttempts;
let stopping: AbortController;
let handle: Handler<typeof TestEvent>['handle'] = async ({ about, what }, { tx }) => effect(tx, `${about} ${what}`);

beforeAll(async () => {
  database = await consumerDatabase();
  kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
  publisher = new KafkaPublisher(new KafkaJsClient(kafka));
  stopping = new AbortController();
  await declareTopics(kafka, [topic], {}, { group, reads: [topic.name] });
  attempts = attemptsOn(database, group);
  const parked = new ParkedEvents(group);
  const registrations = new Map([
    ...registered(TestEvent, (body, context) => handle(body, context)),
    ...registered(UnorderedEvent, (body, context) => handle(body, context), { ordered: false }),
  ]);
  const dispatch = dispatchOn(database, { registrations, stopping: stopping.signal, attempts });
  const persist = <T>(work: () => Promise<T>) => work();
  const shared = {
    group,
    database,
    parked,
    dispatch,
    attempts,
    persist,
    stopping: stopping.signal,
    logger: quiet,
    metrics: messagingMetrics(),
  };
  const parkedHandling = new ParkedHandling(shared);
  consumer = new KafkaConsumer({
    kafka: new KafkaJsClient(kafka),
    group,
    topics: [topic.name],
    prefix: '',
    handling: new EventHandling({ ...shared, registrations, parkedHandling }),
    parkedHandling,
    stopping: stopping.signal,
    logger: quiet,
  });
  consumer.start();
});

afterAll(async () => {
  stopping.abort();
  await consumer.stopped();
  await attempts.close();
  await publisher.close();
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic.name, `${topic.name}.${group}-dlq`] });
  await admin.disconnect();
  await database.drop();
});

async function publish(
  about: string,
  what: string,
  changes: { id?: string; key?: string; type?: string; body?: string } = {},
) {
  const encoded = encode(
    { contract: TestEvent, body: { about, what }, ...(changes.id && { id: changes.id }) },
    '/test',
  );
  if (changes.key !== undefined) encoded.key = changes.key;
  if (changes.id !== undefined) encoded.headers.ce_id = changes.id;
  if (changes.type) encoded.headers.ce_type = changes.type;
  if (changes.body) encoded.body = Buffer.from(changes.body);
  await publisher.publish([encoded]);
  return encoded.id;
}

const effectsOf = async (about: string) =>
  (await effects(database)).filter((what) => what.startsWith(`${about} `)).map((what) => what.slice(about.length + 1));

const untilEffects = (about: string, count: number) =>
  until(`${about} has ${count} effects`, async () => (await effectsOf(about)).length >= count);

/** A dead letter of the group: it leaves through the outbox. */
async function deadLetter(id: string) {
  const { rows } = await until(`${id} is dead-lettered`, async () => {
    const found = await database.pool.query('SELECT * FROM waybill.outbox WHERE id = $1', [id]);
    return found.rows.length > 0 && found;
  });
  return rows[0] as { destination: string; headers: Record<string, string>; body: Buffer };
}

async function deadLetterWhere(matches: (letter: { headers: Record<string, string> }) => boolean) {
  const all = async () => (await database.pool.query('SELECT * FROM waybill.outbox')).rows;
  return until('it is dead-lettered', async () => (await all()).find(matches));
}

describe('an event', () => {
  it('takes effect once, however often it is delivered', async () => {
    const id = await publish('twice', 'first');
    await publish('twice', 'first', { id });
    await publish('twice', 'second');
    await untilEffects('twice', 2);
    expect(await effectsOf('twice')).toEqual(['first', 'second']);
  });

  it('that fails holds back later events of its key, in order, while other keys continue', async () => {
    let failures = 0;
    const usual = handle;
    handle = async (body, context) => {
      if (body.about === 'stuck' && body.what === '1' && ++failures <= 2) throw new Error('a blip');
      return usual(body, context);
    };
    for (const what of ['1', '2', '3']) await publish('stuck', what);
    await publish('free', '1');

    await untilEffects('free', 1);
    await untilEffects('stuck', 3);
    expect(await effectsOf('stuck')).toEqual(['1', '2', '3']);
    handle = usual;
  });

  it('that is slow, or whose row is locked, holds back its own key only', async () => {
    const usual = handle;
    const { promise: enough, resolve: end } = Promise.withResolvers<void>();
    handle = async (body, context) => {
      if (body.what === 'slow') await enough;
      return usual(body, context);
    };
    const keys = Array.from({ length: 30 }, (_, n) => `beside ${n}`);
    for (const what of ['slow', 'behind it']) await publish('slow', what);
    for (const about of keys) await publish(about, 'passes'); // in every partition
    for (const about of keys) await untilEffects(about, 1);
    expect(await effectsOf('slow')).toEqual([]);

    end();
    await untilEffects('slow', 2);
    expect(await effectsOf('slow')).toEqual(['slow', 'behind it']);
    await until('nothing is parked', async () => (await new ParkedEvents(group).depth(database.autocommit)).size === 0);
    handle = usual;
  });

  it.each(['a\0b', '\udc80\udcff', 'k'.repeat(3_000), ''])('with id and key %j takes effect once', async (odd) => {
    const usual = handle;
    const handled: string[] = [];
    handle = async ({ what }) => void handled.push(what);
    for (const _ of [1, 2]) await publish('odd', `odd ${odd.length}`, { id: odd, key: odd });
    await publish('odd', 'last', { key: odd });
    await until('both are handled', () => handled.includes('last'));
    expect(handled).toEqual([...(odd ? [`odd ${odd.length}`] : [`odd 0`, `odd 0`]), 'last']);
    handle = usual;
  });

  it.each([
    ['id and key with a NUL', { id: 'n\0', key: 'k\0' }],
    ['an id and a key that are no UTF-8', { id: 'u\udcff', key: 'k\udcff' }],
    ['a long id and a long key', { id: 'i'.repeat(3_000), key: 'k'.repeat(3_000) }],
    ['a body with a NUL', { id: crypto.randomUUID(), body: 'a\0b' }],
    ['a body that speaks of an outage', { id: crypto.randomUUID(), body: 'Connection lost, ECONNREFUSED 57P01' }],
  ])('that is malformed, with %s, is one dead letter with the bytes that came', async (_, changes) => {
    const body = 'body' in changes ? changes.body : 'not JSON';
    await publish(`malformed ${crypto.randomUUID()}`, '', { ...changes, body });
    const { headers, body: bytes } = await deadLetterWhere((letter) => letter.headers.ce_id === changes.id);
    expect(failureOf(headers)).toMatchObject({ class: 'malformed', attempts: 1 });
    expect(bytes.toString()).toBe(body);
  });

  it('in structured mode takes effect, and its dead letter is in binary mode', async () => {
    const structured = async (about: string, data: object) => {
      const id = crypto.randomUUID();
      const event = { specversion: '1.0', id, source: '/test', type: TestEvent.type, data };
      const encoded = encode({ contract: TestEvent, body: { about, what: '' } }, '/test');
      encoded.headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
      encoded.body = Buffer.from(JSON.stringify(event));
      await publisher.publish([encoded]);
      return id;
    };
    await structured('structured', { about: 'structured', what: 'first' });
    await untilEffects('structured', 1);
    const id = await structured('odd', { about: 1 });
    const { body, headers } = await deadLetter(id);
    expect(body.toString()).toBe('{"about":1}');
    expect(headers).toMatchObject({ 'content-type': 'application/json', ce_type: TestEvent.type });
  });

  it('that the business rejects is dead-lettered, and later events of its key wait for an operator', async () => {
    const usual = handle;
    handle = async (body, context) => {
      if (body.what === 'rejected') throw new BusinessRejection('never');
      return usual(body, context);
    };
    const id = await publish('rejecting', 'rejected');
    await publish('rejecting', 'accepted');
    await publish('other', 'continues');

    const { destination, headers, body } = await deadLetter(id);
    expect(destination).toBe(`${topic.name}.${group}-dlq`);
    expect(failureOf(headers)).toMatchObject({
      source: topic.name,
      consumer: group,
      class: 'business',
      error: 'never',
    });
    expect(body.toString()).toBe('{"about":"rejecting","what":"rejected"}');
    await untilEffects('other', 1);
    expect(await effectsOf('rejecting')).toEqual([]);
    handle = usual;
  });

  it('of an unordered handler does not hold back later events of its key when it fails', async () => {
    const usual = handle;
    handle = async (body, context) => {
      if (body.what === 'fails') throw new BusinessRejection('never');
      return usual(body, context);
    };
    const id = await publish('unordered', 'fails', { type: UnorderedEvent.type });
    await publish('unordered', 'passes', { type: UnorderedEvent.type });
    await untilEffects('unordered', 1);
    expect(await effectsOf('unordered')).toEqual(['passes']);
    expect(failureOf((await deadLetter(id)).headers)).toMatchObject({ class: 'business' });
    handle = usual;
  });

  it('that is malformed is dead-lettered', async () => {
    const id = await publish('broken', 'body', { body: 'not JSON' });
    expect(failureOf((await deadLetter(id)).headers)).toMatchObject({ class: 'malformed' });
  });

  it('of an unknown version of a known type is dead-lettered, one of a type that is not handled is skipped', async () => {
    const skipped = await publish('other', 'type', { type: 'test.SomethingElse.v1' });
    const id = await publish('newer', 'version', { type: 'test.TestEvent.v2' });
    expect(failureOf((await deadLetter(id)).headers)).toMatchObject({ class: 'malformed' });

    await publish('another', 'after it');
    await untilEffects('another', 1);
    const { rowCount } = await database.pool.query('SELECT FROM waybill.outbox WHERE id = $1', [skipped]);
    expect(rowCount).toBe(0);
  });
});
