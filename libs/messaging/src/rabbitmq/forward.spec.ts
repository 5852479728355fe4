import { type FreshVhost, freshVhost, type QueueMessage, RabbitQueues, until } from '@waybill/testing';
import { z } from 'zod';
import type { StartedAttempts } from '../attempts/index.js';
import { defineQueue, defineTask } from '../contract/index.js';
import { failureOf, MalformedMessage } from '../outcomes/index.js';
import { attemptsOn, CONSUMER, consumerDatabase, dispatchOn, quiet, registered } from '../test/workbench.fixture.js';
import { AmqplibClient } from './amqplib-client.js';
import { RabbitConsumer } from './rabbit-consumer.js';
import { RabbitPublisher } from './rabbit-publisher.js';
import { declareQueues } from './rabbit-topology.js';
import { long, type RawMessage, sendRaw } from './raw-frames.fixture.js';

const queue = defineQueue({ name: 'tasks' });
const schema = z.object({ what: z.string() });
const Task = defineTask({ type: 'test.Task.v1', queue, subject: ({ what }) => what, schema });
const TYPE: [string, Buffer] = ['cloudEvents:type', long(Task.type)];

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let vhost: FreshVhost;
let connection: AmqplibClient;
let queues: RabbitQueues;
let publisher: RabbitPublisher;
let consumer: RabbitConsumer;
let attempts: StartedAttempts;
const stopping = new AbortController();
/** How often each task fails with an error that is retried. */
let failures = 0;
const received: string[] = [];

beforeAll(async () => {
  [database, vhost] = await Promise.all([consumerDatabase(), freshVhost()]);
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, [queue]);
  publisher = new RabbitPublisher(connection);
  attempts = attemptsOn(database);
  const registrations = registered(
    Task,
    async ({ what }) => {
      if (failures-- > 0) throw new Error('a blip');
      received.push(what);
      if (what !== 'good') throw new MalformedMessage('it is not good');
    },
    { transaction: false },
  );
  consumer = new RabbitConsumer({
    client: connection,
    publisher,
    queue: queue.name,
    retryTiers: queue.retryTiers,
    prefetch: 5,
    consumer: CONSUMER,
    dispatch: dispatchOn(database, { registrations, stopping: stopping.signal, attempts }),
    attempts,
    stopping: stopping.signal,
    logger: quiet,
  });
  consumer.start();
});
afterAll(async () => {
  stopping.abort();
  await Promise.all([consumer.stop(), attempts.close()]);
  await publisher.close();
  await Promise.all([connection.close(), queues.close()]);
  await Promise.all([vhost.drop(), database.drop()]);
});
beforeEach(() => {
  failures = 0;
});

const deadLetter = (): Promise<QueueMessage> => until('it is a dead letter', () => queues.take('tasks-dlq'));
const send = (message: Partial<RawMessage>) =>
  sendRaw(vhost.url, { queue: queue.name, headers: [TYPE], body: Buffer.from('{"what":"odd"}'), ...message });
const byte = (...bytes: number[]) => Buffer.from(bytes);

/** Each as RabbitMQ delivers it. */
const values: [what: string, raw: Buffer, value: unknown][] = [
  ['text', long('Malmö'), 'Malmö'],
  ['bytes that are no UTF-8', long(byte(0, 0xff, 0xfe), 'x'), byte(0, 0xff, 0xfe)],
  ['text with a NUL', long('a\0b'), 'a\0b'],
  ['a number', Buffer.concat([byte(0x49), byte(0, 0, 1, 0)]), 256],
  ['a double', Buffer.concat([byte(0x64), byte(0x3f, 0xf8, 0, 0, 0, 0, 0, 0)]), 1.5],
  ['a boolean', byte(0x74, 1), true],
  ['nothing', byte(0x56), null],
  ['a time', Buffer.concat([byte(0x54), byte(0, 0, 0, 0, 0, 0, 1, 0)]), { '!': 'timestamp', value: 256 }],
  ['a list', long(Buffer.concat([long('x'), byte(0x74, 0)]), 'A'), ['x', false]],
  [
    'a table in a table',
    long(
      Buffer.concat([byte(1), Buffer.from('a'), long(Buffer.concat([byte(1), Buffer.from('b'), long('c')]), 'F')]),
      'F',
    ),
    { a: { b: 'c' } },
  ],
];

describe('a message that is retried and dead-lettered', () => {
  it.each(values)('has its headers as they came: %s', async (_, raw, value) => {
    failures = 1;
    await send({ headers: [TYPE, ['x-odd', raw], ['cloudEvents:id', long('id')]] });
    const { properties } = await deadLetter();
    expect(properties.headers).toMatchObject({ 'x-odd': value, 'x-waybill-attempts': '2' });
    expect(failureOf(properties.headers ?? {})).toMatchObject({ class: 'malformed', error: 'it is not good' });
  });

  it('has the properties that its sender declared, and no others', async () => {
    failures = 1;
    const properties = {
      messageId: 'm1',
      type: Task.type,
      appId: 'theirs',
      correlationId: 'c',
      replyTo: 'r',
      timestamp: 5,
    };
    const producer = connection.producer({ confirm: true });
    await producer.send({ queue: queue.name, body: Buffer.from('{"what":"odd"}'), properties });
    const { headers: _, deliveryMode: __, ...others } = (await deadLetter()).properties;
    expect(Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))).toEqual(properties);
  });

  it('has the bytes that came, whatever they are', async () => {
    const body = byte(0, 0xff, 0x7b, 0xc3);
    await send({ body });
    expect((await deadLetter()).body).toEqual(body);
  });
});

const headers = (...more: RawMessage['headers']) => ({ headers: [TYPE, ...more] });
/** What a client with another encoder sends. */
const oddities: [what: string, message: Partial<RawMessage>][] = [
  ['130,600 bytes in one header', headers(['x-large', long('x'.repeat(130_600))])],
  ['130,600 bytes of bytes', headers(['x-large', long(Buffer.alloc(130_600, 0xff), 'x')])],
  [
    '130,600 bytes in many headers',
    headers(...Array.from({ length: 2_000 }, (_, n): [string, Buffer] => [`x-${n}`, long('x'.repeat(54))])),
  ],
  [
    '130,600 bytes in a list',
    headers(
      ['x-list', long(Buffer.concat(Array.from({ length: 20_000 }, () => byte(0x74, 1))), 'A')],
      ['x-large', long('x'.repeat(80_000))],
    ),
  ],
  ['an id of 100,000 bytes', headers(['cloudEvents:id', long('x'.repeat(100_000))])],
  ['an id of a property with bytes that are no UTF-8', { ...headers(), messageId: Buffer.alloc(255, 0xff) }],
  ['an id with a NUL', headers(['cloudEvents:id', long('a\0b')])],
  ['a type of 100,000 bytes', { headers: [['cloudEvents:type', long('x'.repeat(100_000))]] }],
  ['a type of a property with bytes that are no UTF-8', { headers: [], type: Buffer.alloc(255, 0xff) }],
  ['a name of 255 bytes that are no UTF-8', headers([Buffer.alloc(255, 0xff), long('x')])],
  ['a name that is empty', headers(['', long('x')])],
  ['a number beyond 64 bits', headers(['x-big', Buffer.concat([byte(0x64), byte(0xff, 0xef, 0, 0, 0, 0, 0, 0)])])],
  [
    "a table that looks like amqplib's own types",
    headers(['x-typed', long(Buffer.concat([byte(1), Buffer.from('!'), long('no such type')]), 'F')]),
  ],
  [
    'a table that claims to be a time',
    headers([
      'x-typed',
      long(
        Buffer.concat([byte(1), Buffer.from('!'), long('timestamp'), byte(5), Buffer.from('value'), long('never')]),
        'F',
      ),
    ]),
  ],
  ['a time beyond all years', headers(['cloudEvents:time', Buffer.concat([byte(0x54), Buffer.alloc(8, 0x7f)])])],
  ['attempts that are no number', headers(['x-waybill-attempts', long('x')])],
  ['attempts below zero', headers(['x-waybill-attempts', long('-1000')])],
];

describe('a message that nobody can encode again', () => {
  it.each(oddities)('is dead-lettered once, and the next one is handled: %s', async (_, message) => {
    failures = 1;
    await send(message);
    const { properties, body } = await deadLetter();
    expect(failureOf(properties.headers ?? {})).toMatchObject({ source: 'tasks', class: 'malformed' });
    expect(body.toString()).toBe('{"what":"odd"}');
    received.length = 0;
    await send({ ...headers(['cloudEvents:id', long(crypto.randomUUID())]), body: Buffer.from('{"what":"good"}') });
    await until('the next one is handled', () => received.includes('good'));
    await until('nothing is left', async () => (await queues.count('tasks')) === 0);
    expect(await queues.takeAll('tasks-dlq')).toEqual([]);
  });

  it('names what it lost', async () => {
    await send(headers(['x-large', long('x'.repeat(130_600))], ['x-small', long('x')]));
    expect((await deadLetter()).properties.headers).toMatchObject({ 'x-small': 'x', 'x-omitted-headers': 'x-large' });
  });
});

describe('CloudEvents of other senders', () => {
  const good = Buffer.from('{"what":"good"}');
  const id = () => long(crypto.randomUUID());
  it.each([
    [
      'with the prefix cloudEvents_',
      {
        headers: [
          ['cloudEvents_type', long(Task.type)],
          ['cloudEvents_id', id()],
        ] as never,
        body: good,
      },
    ],
    [
      'with attributes that are bytes',
      {
        headers: [
          ['cloudEvents:type', long(Task.type, 'x')],
          ['cloudEvents:id', id()],
        ] as never,
        body: good,
      },
    ],
  ])('are read: %s', async (_, message) => {
    received.length = 0;
    await send(message);
    await until('it is handled', () => received.includes('good'));
  });

  it('are read in structured mode, and dead-lettered as they came', async () => {
    const producer = connection.producer({ confirm: true });
    const event = { specversion: '1.0', id: 's1', source: '/t', type: Task.type, data: { what: 'structured' } };
    const body = Buffer.from(JSON.stringify(event));
    const properties = { contentType: 'application/cloudevents+json' };
    await producer.send({ queue: queue.name, body, properties });
    const dead = await deadLetter();
    expect(received).toContain('structured');
    expect([dead.body, dead.properties.contentType]).toEqual([body, properties.contentType]);
    expect(failureOf(dead.properties.headers ?? {})).toMatchObject({ error: 'it is not good' });
  });
});
