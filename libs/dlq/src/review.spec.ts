import { until } from '@waybill/testing';
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
import { type ResubmitDecision, Review } from './review.js';
import { ReviewError } from './review-error.js';

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

const review = new Review({
  validateBody: (type, body) => (String(body).startsWith('{') ? undefined : `not a ${type}`),
});
const resubmit = (id: string, decision: Partial<ResubmitDecision> = {}) =>
  database.transaction((tx) => review.resubmit(tx, id, { by: 'ada', ...decision }));
const discard = (id: string, by = 'ada') =>
  database.transaction((tx) => review.discard(tx, id, { by, reason: 'a test order' }));
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ReviewError) => error.reason,
  );

async function waitingLetter(changes: DeadLetterChanges = {}): Promise<string> {
  const [id] = await collect(database, aDeadLetter(changes));
  return id!;
}

const show = async (id: string) => (await new DeadLetterQueries().find(database.autocommit, id))!;
async function waitingForLocks(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]!.count;
}

const messagesAbout = async (messageId: string) =>
  (await outboxOf(database)).filter(({ id, headers }) => id === messageId || headers['correlation-id'] === messageId);

describe('a task that is resubmitted', () => {
  it('goes back to its queue under its own id, as it was before it failed', async () => {
    const headers = { 'correlation-id': 'saga-1', 'reply-to': 'replies', 'x-death': '[]', 'x-delivery-count': '3' };
    const id = await waitingLetter({ messageId: 'task-1', headers });
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

  it('goes back edited, when that fits its type; what was sent is kept beside what was received', async () => {
    const id = await waitingLetter({ messageId: 'task-2' });
    expect(await refusal(resubmit(id, { body: Buffer.from('no') }))).toBe('schema-mismatch');
    expect((await show(id)).status).toBe('waiting');

    await resubmit(id, { body: Buffer.from('{"parcelId":"p-2"}') });
    expect((await messagesAbout('task-2')).map(({ body }) => body)).toEqual(['{"parcelId":"p-2"}']);
    expect(await show(id)).toMatchObject({
      body: '{"parcelId":"parcel-1"}',
      history: [{ act: 'failed' }, { act: 'resubmitted', by: 'ada', editedBody: '{"parcelId":"p-2"}' }],
    });
  });
});

describe('an event that is resubmitted', () => {
  it('is told to the one group that gave it up', async () => {
    const id = await waitingLetter({ at: EVENTS, messageId: 'event-1', key: 'order-1' });
    await resubmit(id, { body: Buffer.from('{}') });

    const [message, ...more] = await messagesAbout('event-1');
    expect(more).toEqual([]);
    expect(message).toMatchObject({ target: 'rabbitmq', destination: 'mailer.parked' });
    expect(message!.headers['cloudEvents:type']).toBe('waybill.ReleaseParked.v1');
    expect(JSON.parse(message!.body)).toEqual({
      source: 'shop.events',
      messageId: 'event-1',
      key: 'order-1',
      action: 'resubmit',
      body: Buffer.from('{}').toString('base64'),
      by: 'ada',
    });
  });

  it('that is discarded is told to it too, so that what waits behind it goes on', async () => {
    const id = await waitingLetter({ at: EVENTS, messageId: 'event-2', key: 'order-2' });
    expect(await discard(id)).toMatchObject({ status: 'discarded' });
    const [message] = await messagesAbout('event-2');
    expect(JSON.parse(message!.body)).toEqual({
      source: 'shop.events',
      messageId: 'event-2',
      key: 'order-2',
      action: 'discard',
      by: 'ada',
    });
  });
});

describe('a task that is discarded', () => {
  it('goes nowhere, and keeps who and why', async () => {
    const id = await waitingLetter({ messageId: 'task-3' });
    await discard(id, 'grace');
    expect(await messagesAbout('task-3')).toEqual([]);
    expect((await show(id)).history).toMatchObject([
      { act: 'failed' },
      { act: 'discarded', by: 'grace', detail: 'a test order' },
    ]);
  });
});

describe('of operators who decide about the same dead letter', () => {
  it('one wins and the others, who decide before that is committed, are told who has resolved', async () => {
    const id = await waitingLetter({ messageId: 'contested' });
    const { promise: othersWait, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: resolved, resolve: decide } = Promise.withResolvers<void>();
    const winner = database.transaction(async (tx) => {
      await review.resubmit(tx, id, { by: 'grace', body: Buffer.from('{"n":1}') });
      decide();
      await othersWait;
    });
    await resolved;
    const others = Promise.all([
      refusal(resubmit(id, { body: Buffer.from('{"n":2}') })),
      refusal(resubmit(id, { body: Buffer.from('{"n":3}') })),
      discard(id).then(
        () => undefined,
        (error: ReviewError) => error.message,
      ),
    ]);
    await until('the others wait', async () => (await waitingForLocks()) === 3);
    letGo();
    await winner;

    expect(await others).toEqual(['resolved', 'resolved', expect.stringContaining('resubmitted already, by grace')]);
    expect((await messagesAbout('contested')).map(({ body }) => body)).toEqual(['{"n":1}']);
    expect((await show(id)).history.map(({ act }) => act)).toEqual(['failed', 'resubmitted']);
  });

  it('who has seen an earlier failure does not decide about a later one', async () => {
    const id = await waitingLetter({ messageId: 'moved-on' });
    const { version } = await show(id);
    await resubmit(id);
    await waitingLetter({ messageId: 'moved-on', failedAt: '2026-02-01T00:00:00.000Z' });

    expect(await refusal(resubmit(id, { version }))).toBe('changed');
    expect(await show(id)).toMatchObject({ status: 'waiting', resubmissions: 1 });
  });
});

describe('a decision that changes nothing', () => {
  it('says so', async () => {
    const id = await waitingLetter();
    await resubmit(id);
    expect(await refusal(resubmit(id))).toBe('resolved');
    expect(await refusal(discard(id))).toBe('resolved');
    expect(await refusal(resubmit(crypto.randomUUID()))).toBe('unknown');
  });

  it('is undone with its transaction, and so is its message', async () => {
    const id = await waitingLetter({ messageId: 'undone' });
    const undone = database.transaction(async (tx) => {
      await review.resubmit(tx, id, { by: 'ada' });
      throw new Error('the process dies here');
    });
    await expect(undone).rejects.toThrow('dies');
    expect(await show(id)).toMatchObject({ status: 'waiting', resubmissions: 0, history: [{ act: 'failed' }] });
    expect(await messagesAbout('undone')).toEqual([]);
  });
});

describe('a dead letter that comes back again and again', () => {
  it('goes round three times, then only when it is forced', async () => {
    const messageId = 'boomerang';
    const id = await waitingLetter({ messageId });
    for (let round = 1; round <= 3; round++) {
      await resubmit(id);
      await waitingLetter({ messageId, failedAt: `2026-03-0${round}T00:00:00.000Z` });
    }
    expect(await refusal(resubmit(id))).toBe('too-often');
    expect(await messagesAbout(messageId)).toHaveLength(3);
    expect(await resubmit(id, { force: true })).toMatchObject({ status: 'resubmitted', resubmissions: 4 });
    expect((await show(id)).history.at(-1)).toMatchObject({ act: 'resubmitted', detail: 'forced' });
  });
});
