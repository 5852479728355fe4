import { backingServices, type QueueMessage, RabbitQueues, uniqueName, until } from '@waybill/testing';
import { z } from 'zod';
import type { StartedAttempts } from '../attempts/index.js';
import { defineQueue, defineTask } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import type { Handler } from '../handling/index.js';
import { Postpone } from '../index.js';
import { failureOf, MalformedMessage, Requeued } from '../outcomes/index.js';
import {
  attemptsOn,
  CONSUMER,
  consumerDatabase,
  dispatchOn,
  effect,
  effects,
  quiet,
  registered,
} from '../test/workbench.fixture.js';
import { AmqplibClient } from './amqplib-client.js';
import { RabbitConsumer } from './rabbit-consumer.js';
import { RabbitPublisher } from './rabbit-publisher.js';
import { declareQueues, retryQueueOf } from './rabbit-topology.js';

const queue = defineQueue({ name: uniqueName('tasks') });
const task = { queue, subject: ({ what }: { what: string }) => what, schema: z.object({ what: z.string() }) };
const TestTask = defineTask({ type: 'test.TestTask.v1', ...task });
/** Its handler is declared with `retries: 1`. */
const OneRetryTask = defineTask({ type: 'test.OneRetryTask.v1', ...task });

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let connection: AmqplibClient;
let queues: RabbitQueues;
let publisher: RabbitPublisher;
let consumer: RabbitConsumer;
let attempts: StartedAttempts;
let stopping: AbortController;
let handle: Handler<typeof TestTask>['handle'];

beforeAll(async () => {
  database = await consumerDatabase();
  connection = new AmqplibClient({ url: backingServices().rabbitmq, name: 'test', logger: quiet });
  publisher = new RabbitPublisher(connection);
  stopping = new AbortController();
  queues = await RabbitQueues.connect(backingServices().rabbitmq);
  await declareQueues(connection, [queue]);
  attempts = attemptsOn(database);
  const registrations = new Map([
    ...registered(TestTask, (body, context) => handle(body, context)),
    ...registered(OneRetryTask, (body, context) => handle(body, context), { retries: 1 }),
  ]);
  consumer = new RabbitConsumer({
    client: connection,
    publisher,
    queue: queue.name,
    retryTiers: queue.retryTiers,
    prefetch: 10,
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
  await consumer.stop();
  await attempts.close();
  await publisher.close();
  const tiers = queue.retryTiers.map((tier) => retryQueueOf(queue.name, tier));
  await queues.delete(queue.name, `${queue.name}-dlq`, ...tiers);
  await Promise.all([connection.close(), queues.close()]);
  await database.drop();
});

/** Sends the task; resolves with its message id. */
async function send(what: string, changes: { id?: string; body?: string; type?: string } = {}): Promise<string> {
  const message = encode({ contract: TestTask, body: { what }, ...(changes.id && { id: changes.id }) }, '/test');
  if (changes.body) message.body = Buffer.from(changes.body);
  if (changes.type) message.headers['cloudEvents:type'] = changes.type;
  await publisher.publishOne(message);
  return message.id;
}

/** Removes the next dead letter from its queue. */
function nextDeadLetter(): Promise<QueueMessage> {
  return until('there is a dead letter', () => queues.take(`${queue.name}-dlq`));
}

const untilEffects = (what: string, seen: (effects: string[]) => boolean) =>
  until(what, async () => seen(await effects(database)));

describe('a task', () => {
  it('takes effect once, however often it is delivered', async () => {
    handle = ({ what }, { tx }) => effect(tx, what);
    const id = await send('once');
    await send('once', { id });
    await send('after it');

    await untilEffects('both came', (all) => all.includes('after it'));
    expect((await effects(database)).filter((what) => what === 'once')).toHaveLength(1);
  });

  it('that fails is retried, and its transaction is rolled back', async () => {
    const attempts: number[] = [];
    handle = async ({ what }, { tx, message }) => {
      attempts.push(message.attempt);
      await effect(tx, `${what}, attempt ${message.attempt}`);
      if (message.attempt === 1) throw new Error('a blip');
    };
    await send('retried');

    await untilEffects('it succeeded', (all) => all.includes('retried, attempt 2'));
    expect(await effects(database)).not.toContain('retried, attempt 1');
    expect(attempts).toEqual([1, 2]);
  });

  it('is dead-lettered after three retries, unchanged and with the reason', async () => {
    handle = () => Promise.reject(new Error('it never works'));
    const id = await send('hopeless');
    const deadLetter = await nextDeadLetter();

    expect(deadLetter.properties.messageId).toBe(id);
    expect(deadLetter.body.toString()).toBe('{"what":"hopeless"}');
    expect(deadLetter.properties.headers?.['cloudEvents:type']).toBe('test.TestTask.v1');
    expect(failureOf(deadLetter.properties.headers ?? {})).toMatchObject({
      source: queue.name,
      consumer: CONSUMER,
      class: 'transient',
      error: 'it never works',
      attempts: 4,
    });
  });

  it('is dead-lettered after as many retries as its handler declares', async () => {
    handle = () => Promise.reject(new Error('it never works'));
    await send('hopeless', { type: OneRetryTask.type });
    const { properties } = await nextDeadLetter();
    expect(failureOf(properties.headers ?? {})).toMatchObject({ class: 'transient', attempts: 2 });
  });

  it.each([
    ['is no JSON', { body: '{"what":' }],
    ['does not fit its contract', { body: '{"what":42}' }],
    ['is of a type without a handler', { type: 'test.Unhandled.v1' }],
    ['is of an unknown version', { type: 'test.TestTask.v2' }],
  ])('that %s is dead-lettered without a retry, and the next one is handled', async (reason, changes) => {
    handle = ({ what }, { tx }) => effect(tx, what);
    await send('malformed', changes);
    await send(`after: ${reason}`);

    expect(failureOf((await nextDeadLetter()).properties.headers ?? {})).toMatchObject({
      class: 'malformed',
      attempts: 1,
    });
    await untilEffects('the next one came', (all) => all.includes(`after: ${reason}`));
  });

  it('with headers that leave no room for the reason becomes a dead letter without the largest of them', async () => {
    handle = () => Promise.reject(new MalformedMessage('it cannot be read'));
    const message = encode({ contract: TestTask, body: { what: 'large' } }, '/test');
    Object.assign(message.headers, { 'x-large': 'x'.repeat(64_000), 'x-small': 'kept' });
    await publisher.publishOne(message);
    const { headers = {} } = (await nextDeadLetter()).properties;

    expect(failureOf(headers)).toMatchObject({ class: 'malformed', error: 'it cannot be read' });
    expect(headers).toMatchObject({ 'x-small': 'kept', 'x-omitted-headers': 'x-large' });
    expect(headers).not.toHaveProperty('x-large');
  });

  it('that is postponed is redelivered, and that was no attempt', async () => {
    const attempts: number[] = [];
    handle = async ({ what }, { tx, message }) => {
      attempts.push(message.attempt);
      if (attempts.length < 3) throw new Postpone(10);
      await effect(tx, what);
    };
    await send('postponed');
    await untilEffects('it came', (all) => all.includes('postponed'));
    expect(attempts).toEqual([1, 1, 1]);
  });

  it('waits for an unavailable dependency, and that is no attempt', async () => {
    let tries = 0;
    handle = async ({ what }, { tx, message }) => {
      if (++tries < 6) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      await effect(tx, `${what}, attempt ${message.attempt}`);
    };
    await send('waiting');
    await untilEffects('it came', (all) => all.includes('waiting, attempt 1'));
  });

  it('is recorded as a suspect and isolated when it was in flight before', async () => {
    const recorded: unknown[][] = [];
    handle = async ({ what }, { tx }) => {
      const { rows } = await database.pool.query('SELECT suspect, isolated FROM waybill.started');
      recorded.push(rows);
      if (recorded.length === 1) throw new Requeued();
      await effect(tx, what);
    };
    await send('requeued');
    await untilEffects('it is redelivered', (all) => all.includes('requeued'));
    expect(recorded).toEqual([[], [{ suspect: true, isolated: true }]]);
    const { pool } = database;
    await until('its record is removed', async () => (await pool.query('SELECT FROM waybill.started')).rowCount === 0);
  });

  it('is not lost when the database connection breaks during its transaction', async () => {
    let tries = 0;
    handle = async ({ what }, { tx }) => {
      await effect(tx, what);
      if (++tries === 1) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
    };
    await send('cut off');
    await untilEffects('it came', (all) => all.includes('cut off'));
    expect((await effects(database)).filter((what) => what === 'cut off')).toHaveLength(1);
  });
});
