import { outboxDeadLetterOf } from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import { until } from '@waybill/testing';
import { OUTBOXES } from './dead-letter.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterChanges,
  type DeadLetterHarness,
  deadLetterDatabase,
  EVENTS,
  outboxOf,
} from './dead-letters.fixture.js';
import { parseDeadLetter } from './parse-dead-letter.js';
import { type ResubmitOptions, Review } from './review.js';
import { ReviewError } from './review-error.js';

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

const review = new Review({
  validateBody: (type, body) => (String(body).startsWith('{') ? [] : [{ field: '', message: `not a ${type}` }]),
});
const resubmit = (id: string, options: Partial<ResubmitOptions> = {}) =>
  database.transaction((tx) => review.resubmit(tx, id, { by: 'ada', ...options }));
const discard = (id: string, by = 'ada') =>
  database.transaction((tx) => review.discard(tx, id, { by, reason: 'a test order' }));
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ReviewError) => error.reason,
  );

async function collectWaiting(changes: DeadLetterChanges = {}): Promise<string> {
  const [id] = await collect(database, aDeadLetter(changes));
  return id!;
}

const details = async (id: string) => (await new DeadLetterQueries().find(database.autocommit, id))!;
async function waitingForLocks(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]!.count;
}

const messagesAbout = async (messageId: string) =>
  (await outboxOf(database)).filter(({ id, headers }) => id === messageId || headers['correlation-id'] === messageId);

describe('a resubmitted task', () => {
  it('returns to its queue with its own id, as it was before it failed', async () => {
    const headers = { 'correlation-id': 'saga-1', 'reply-to': 'replies', 'x-death': '[]', 'x-delivery-count': '3' };
    const id = await collectWaiting({ messageId: 'task-1', headers });
    expect(await resubmit(id)).toMatchObject({ status: 'resubmitted', resubmissions: 1, version: 2 });

    const [message] = await messagesAbout('task-1');
    expect(message).toMatchObject({
      id: 'task-1',
      target: 'rabbitmq',
      destination: 'parcels.weigh',
      body: '{"parcelId":"parcel-1"}',
    });
    expect(Object.keys(message!.headers).sort()).toEqual([
      'cloudEvents:id',
      'cloudEvents:subject',
      'cloudEvents:type',
      'content-type',
      'correlation-id',
      'reply-to',
      'traceparent',
    ]);
  });

  it('can be edited if the edit fits its type; the history keeps the edit, the dead letter the original', async () => {
    const id = await collectWaiting({ messageId: 'task-2' });
    expect(await errorOf(resubmit(id, { body: Buffer.from('no') }))).toBe('schema-mismatch');
    expect((await details(id)).status).toBe('waiting');

    await resubmit(id, { body: Buffer.from('{"parcelId":"p-2"}') });
    expect((await messagesAbout('task-2')).map(({ body }) => body)).toEqual(['{"parcelId":"p-2"}']);
    expect(await details(id)).toMatchObject({
      body: '{"parcelId":"parcel-1"}',
      history: [{ event: 'failed' }, { event: 'resubmitted', by: 'ada', editedBody: '{"parcelId":"p-2"}' }],
    });
  });
});

describe('a message that its broker rejected', () => {
  const rejected = (destination: string) => ({
    id: 'event-9',
    target: 'kafka',
    destination,
    key: 'order-9',
    headers: { ce_id: 'event-9', ce_type: 'shop.Sold.v1', traceparent: '00-0-0-01' },
    body: Buffer.from('{"much":1}'),
  });
  const collectRejected = async (message: OutboxMessage) => {
    const { headers, body } = outboxDeadLetterOf()(message, 'larger than its topic allows')!;
    const [id] = await collect(database, parseDeadLetter(OUTBOXES, { headers, body: Buffer.from(body) }));
    return id!;
  };

  it('shows where it should have gone and why it did not; resubmitted, it goes there as it was', async () => {
    const message = rejected('shop.events');
    const id = await collectRejected(message);
    expect(await details(id)).toMatchObject({
      source: 'shop.events',
      consumer: 'outbox',
      class: 'malformed',
      error: 'larger than its topic allows',
      type: 'shop.Sold.v1',
      body: '{"much":1}',
    });
    await resubmit(id);
    expect(await messagesAbout('event-9')).toEqual([{ ...message, body: '{"much":1}' }]);
  });

  it('is the same dead letter again when it is rejected once more', async () => {
    const message = { ...rejected('other.events'), id: 'event-11', headers: { ce_id: 'event-11' } };
    const id = await collectRejected(message);
    await resubmit(id);
    expect(await collectRejected(message)).toBe(id);
    expect(await details(id)).toMatchObject({ status: 'waiting', resubmissions: 1 });
  });

  it('keeps its own failure when it was a dead letter already', async () => {
    const failed = aDeadLetter({ from: EVENTS, messageId: 'event-10' });
    const id = await collectRejected({ ...rejected(EVENTS.name), id: 'event-10', headers: failed.headers });
    await resubmit(id);
    expect((await messagesAbout('event-10')).map(({ headers }) => headers)).toEqual([failed.headers]);
  });

  it('can only be discarded when it does not say where it should have gone', async () => {
    const [id] = await collect(database, aDeadLetter({ from: OUTBOXES }));
    expect(await errorOf(resubmit(id!))).toBe('no-destination');
    await discard(id!);
  });
});

describe('a resolved event', () => {
  it('is sent to the one group that dead-lettered it when it is resubmitted', async () => {
    const id = await collectWaiting({ from: EVENTS, messageId: 'event-1', key: 'order-1' });
    await resubmit(id, { body: Buffer.from('{}') });

    const [message, ...more] = await messagesAbout('event-1');
    expect(more).toEqual([]);
    expect(message).toMatchObject({ target: 'rabbitmq', destination: 'mailer.parked' });
    expect(message!.headers['cloudEvents:type']).toBe('waybill.ReleaseParked.v1');
    expect(JSON.parse(message!.body)).toEqual({
      source: 'shop.events',
      eventSource: '',
      messageId: 'event-1',
      key: 'order-1',
      action: 'resubmit',
      body: Buffer.from('{}').toString('base64'),
      by: 'ada',
    });
  });

  it('notifies that group when it is discarded, so that later events of its key continue', async () => {
    const id = await collectWaiting({ from: EVENTS, messageId: 'event-2', key: 'order-2' });
    expect(await discard(id)).toMatchObject({ status: 'discarded' });
    const [message] = await messagesAbout('event-2');
    expect(JSON.parse(message!.body)).toEqual({
      source: 'shop.events',
      eventSource: '',
      messageId: 'event-2',
      key: 'order-2',
      action: 'discard',
      by: 'ada',
    });
  });
});

describe('a discarded task', () => {
  it('is not sent, and its history has the operator and the reason', async () => {
    const id = await collectWaiting({ messageId: 'task-3' });
    await discard(id, 'grace');
    expect(await messagesAbout('task-3')).toEqual([]);
    expect((await details(id)).history).toMatchObject([
      { event: 'failed' },
      { event: 'discarded', by: 'grace', detail: 'a test order' },
    ]);
  });
});

describe('of operators who resolve the same dead letter', () => {
  it('one wins; the others, though they start before its commit, get an error that names the winner', async () => {
    const id = await collectWaiting({ messageId: 'contested' });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const winner = database.transaction(async (tx) => {
      await review.resubmit(tx, id, { by: 'grace', body: Buffer.from('{"n":1}') });
      lock();
      await released;
    });
    await locked;
    const others = Promise.all([
      errorOf(resubmit(id, { body: Buffer.from('{"n":2}') })),
      errorOf(resubmit(id, { body: Buffer.from('{"n":3}') })),
      discard(id).then(
        () => undefined,
        (error: ReviewError) => error.message,
      ),
    ]);
    await until('the others wait', async () => (await waitingForLocks()) === 3);
    release();
    await winner;

    expect(await others).toEqual(['resolved', 'resolved', expect.stringContaining('resubmitted already, by grace')]);
    expect((await messagesAbout('contested')).map(({ body }) => body)).toEqual(['{"n":1}']);
    expect((await details(id)).history.map(({ event }) => event)).toEqual(['failed', 'resubmitted']);
  });

  it('one who saw an earlier failure cannot resolve a later one', async () => {
    const id = await collectWaiting({ messageId: 'failed-again' });
    const { version } = await details(id);
    await resubmit(id);
    await collectWaiting({ messageId: 'failed-again', failedAt: '2026-02-01T00:00:00.000Z' });

    expect(await errorOf(resubmit(id, { version }))).toBe('changed');
    expect(await details(id)).toMatchObject({ status: 'waiting', resubmissions: 1 });
  });
});

describe('a resolution that changes nothing', () => {
  it('throws a ReviewError with the reason', async () => {
    const id = await collectWaiting();
    await resubmit(id);
    expect(await errorOf(resubmit(id))).toBe('resolved');
    expect(await errorOf(discard(id))).toBe('resolved');
    expect(await errorOf(resubmit(crypto.randomUUID()))).toBe('unknown');
  });

  it('rolls back with its transaction, and so does its message', async () => {
    const id = await collectWaiting({ messageId: 'rolled-back' });
    const rolledBack = database.transaction(async (tx) => {
      await review.resubmit(tx, id, { by: 'ada' });
      throw new Error('the process crashes here');
    });
    await expect(rolledBack).rejects.toThrow('crashes');
    expect(await details(id)).toMatchObject({ status: 'waiting', resubmissions: 0, history: [{ event: 'failed' }] });
    expect(await messagesAbout('rolled-back')).toEqual([]);
  });
});

describe('a dead letter that keeps failing', () => {
  it('is resubmitted three times, then only with force', async () => {
    const messageId = 'boomerang';
    const id = await collectWaiting({ messageId });
    for (let round = 1; round <= 3; round++) {
      await resubmit(id);
      await collectWaiting({ messageId, failedAt: `2026-03-0${round}T00:00:00.000Z` });
    }
    expect(await errorOf(resubmit(id))).toBe('too-often');
    expect(await messagesAbout(messageId)).toHaveLength(3);
    expect(await resubmit(id, { force: true })).toMatchObject({ status: 'resubmitted', resubmissions: 4 });
    expect((await details(id)).history.at(-1)).toMatchObject({ event: 'resubmitted', detail: 'forced' });
  });
});
