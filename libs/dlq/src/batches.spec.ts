import { until } from '@waybill/testing';
import { BatchRunner } from './batch-runner.js';
import { Batches, type BatchSelection } from './batches.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterHarness,
  deadLetterDatabase,
  EVENTS,
  outboxOf,
  quiet,
} from './dead-letters.fixture.js';
import { Review } from './review.js';
import { type ReviewError } from './review-error.js';

const review = new Review();
const batches = new Batches(review);
let database: DeadLetterHarness;
beforeEach(async () => {
  database = await deadLetterDatabase();
});
afterEach(() => database.drop());

const lettersOf = (count: number, error = 'no answer') =>
  collect(database, ...Array.from({ length: count }, (_, n) => aDeadLetter({ messageId: `${error} ${n}`, error })));
const DISCARD = { action: 'discard', reason: 'a load test' } as const;
const EITHER = [{ action: 'resubmit' } as const, DISCARD];
type Request = Partial<BatchSelection> & Partial<(typeof EITHER)[number]>;

const requestOf = (changes: Request) => ({ by: 'ada', filter: {}, ...changes }) as Parameters<typeof batches.begin>[1];
const plan = (changes: Request = {}) => batches.plan(database.autocommit, requestOf(changes));
const begin = (changes: Request = {}) => database.transaction((tx) => batches.begin(tx, requestOf(changes)));
const step = () => database.transaction((tx) => batches.step(tx));
const sent = async () => (await outboxOf(database)).map(({ id }) => id);

const stop = (id: string, by = 'ada') => database.transaction((tx) => batches.stop(tx, id, by));
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ reason, message }: ReviewError) => `${reason}: ${message}`,
  );

async function toTheEnd(id: string) {
  while (await step());
  return find(id);
}

async function show(id: string) {
  return (await new DeadLetterQueries().find(database.autocommit, id))!;
}

/** What people have done about all dead letters: `act by`, and of which batch. */
async function decisions() {
  const { rows } = await database.pool.query<{ message_id: string; act: string; by: string; batch: string | null }>(
    `SELECT message_id, act, by, acts.batch FROM waybill.dead_letter_acts AS acts
     JOIN waybill.dead_letters AS deadLetter ON deadLetter.id = dead_letter WHERE act <> 'failed' ORDER BY seq`,
  );
  return rows;
}

/** Processes that take steps as long as `work` goes on. */
async function withRunners(count: number, work: (wake: () => void) => Promise<void>): Promise<void> {
  const runners = Array.from({ length: count }, () => new BatchRunner(batches, database, quiet));
  for (const runner of runners) runner.start();
  try {
    await work(() => {
      for (const runner of runners) runner.wake();
    });
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
}

const find = async (id: string) => (await batches.find(database.autocommit, id))!;
const untilDone = (id: string) => until('the batch is done', async () => (await find(id)).status === 'done');

/** Runs something while a transaction is open that has done `first`; resolves when both are over. */
async function meanwhile<T>(
  first: Parameters<DeadLetterHarness['transaction']>[0],
  then: () => Promise<T>,
): Promise<T> {
  const { promise: othersWait, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: done, resolve: isDone } = Promise.withResolvers<void>();
  const open = database.transaction(async (tx) => {
    await first(tx);
    isDone();
    await othersWait;
  });
  await done;
  const second = then();
  await until('the second waits for the first', async () => {
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  letGo();
  await open;
  return second;
}

describe('a dry run', () => {
  it('says what would be done and does nothing', async () => {
    await lettersOf(5);
    await lettersOf(2, 'sold out');
    const { items } = await new DeadLetterQueries().groups(database.autocommit, {}, { limit: 10 });
    expect(await plan({ filter: { group: items[0]!.group }, limit: 3 })).toEqual({
      matching: 5,
      selected: 3,
      refused: 0,
    });
    expect(await plan({ filter: { source: 'elsewhere' } })).toEqual({ matching: 0, selected: 0, refused: 0 });
    expect(await plan({ filter: { group: items[0]!.group }, limit: 3, ...DISCARD })).toEqual({
      matching: 5,
      selected: 3,
      refused: 0,
    });
    expect([await sent(), await decisions()]).toEqual([[], []]);
  });
});

describe('a batch', () => {
  it('resubmits so many of those that are meant, the oldest first, and says who began it', async () => {
    await lettersOf(4);
    const batch = (await begin({ limit: 3 }))!;
    expect(await toTheEnd(batch.id)).toMatchObject({
      by: 'ada',
      status: 'done',
      selected: 3,
      resolved: 3,
      skipped: 0,
    });
    expect(await sent()).toEqual(['no answer 0', 'no answer 1', 'no answer 2']);
    const { items } = await new DeadLetterQueries().list(database.autocommit, {}, { limit: 10 });
    expect(items.map(({ status }) => status)).toEqual(['waiting', 'resubmitted', 'resubmitted', 'resubmitted']);
    const deadLetter = await show(items[3]!.id);
    expect(deadLetter.history[1]).toMatchObject({ act: 'resubmitted', by: 'ada', batch: batch.id });
  });

  it('is none when there is nothing to resubmit', async () => {
    expect(await begin()).toBeUndefined();
    expect(await batches.nextStepIn(database.autocommit)).toBeUndefined();
  });

  it.each(EITHER)('passes over what somebody else has resolved meanwhile, to $action', async (action) => {
    const [first, second] = await lettersOf(3);
    const batch = (await begin(action))!;
    await database.transaction((tx) => review.discard(tx, first!, { by: 'grace', reason: 'spam' }));
    await database.transaction((tx) => review.resubmit(tx, second!, { by: 'grace' }));
    expect(await toTheEnd(batch.id)).toMatchObject({ selected: 3, resolved: 1, skipped: 2 });
    expect(await decisions()).toMatchObject([
      { message_id: 'no answer 0', act: 'discarded', by: 'grace', batch: null },
      { message_id: 'no answer 1', act: 'resubmitted', by: 'grace', batch: null },
      { message_id: 'no answer 2', by: 'ada', batch: batch.id },
    ]);
  });

  it.each(EITHER)('and an operator, who decides before it does, never both do, to $action', async (action) => {
    const [id] = await lettersOf(2);
    const batch = (await begin(action))!;
    await meanwhile((tx) => review.resubmit(tx, id!, { by: 'grace' }), step);
    expect(await toTheEnd(batch.id)).toMatchObject({ status: 'done', resolved: 1, skipped: 1 });
    expect(await decisions()).toMatchObject([
      { message_id: 'no answer 0', by: 'grace' },
      { message_id: 'no answer 1', by: 'ada' },
    ]);
  });

  it('does not take again what fails again while it runs', async () => {
    await lettersOf(2);
    const batch = (await begin({ ratePerSecond: 1 }))!;
    await step();
    await collect(database, aDeadLetter({ messageId: 'no answer 0', failedAt: '2026-02-02T00:00:00.000Z' }));
    await until('the batch is done', async () => (await toTheEnd(batch.id)).status === 'done');
    expect(await sent()).toEqual(['no answer 0', 'no answer 1']);
  });

  it('leaves out what was resubmitted too often, unless it is forced', async () => {
    const [id] = await lettersOf(2);
    await database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await plan()).toEqual({ matching: 2, selected: 1, refused: 1 });
    expect(await plan({ force: true })).toEqual({ matching: 2, selected: 2, refused: 0 });
    const batch = (await begin({ force: true }))!;
    expect(await toTheEnd(batch.id)).toMatchObject({ resolved: 2 });
  });

  it('takes no dead letter of another one that is running', async () => {
    await lettersOf(2);
    await begin({ ratePerSecond: 1 });
    expect(await plan()).toMatchObject({ matching: 2, selected: 0, refused: 2 });
    expect(await begin()).toBeUndefined();
  });

  it.each(EITHER)('goes no faster than its rate, to $action', async (action) => {
    await lettersOf(6);
    await withRunners(1, async (wake) => {
      const start = performance.now();
      const batch = (await begin({ ratePerSecond: 4, ...action }))!;
      wake();
      await untilDone(batch.id);
      // The first goes at once, the sixth after five pauses of 250 ms.
      expect(performance.now() - start).toBeGreaterThan(1_250);
    });
    expect(await decisions()).toHaveLength(6);
  });

  it.each(EITHER)(
    'is gone on with by another process after a crash, each dead letter once, to $action',
    async (action) => {
      await lettersOf(120);
      const batch = (await begin(action))!;
      await step();
      const crashed = database.transaction(async (tx) => {
        await batches.step(tx);
        throw new Error('the process dies here');
      });
      await expect(crashed).rejects.toThrow('dies');

      await withRunners(3, () => untilDone(batch.id).then(() => {}));
      expect(await find(batch.id)).toMatchObject({ resolved: 120, skipped: 0 });
      const resolved = (await decisions()).map(({ message_id }) => message_id);
      expect(resolved.sort()).toEqual(Array.from({ length: 120 }, (_, n) => `no answer ${n}`).sort());
    },
  );
});

describe('a batch that discards', () => {
  it('goes on without those that are meant, and keeps who and why of each', async () => {
    const ids = await lettersOf(3);
    await lettersOf(1, 'sold out');
    const { group } = await show(ids[0]!);
    const batch = (await begin({ filter: { group }, limit: 2, ...DISCARD }))!;
    expect(batch).toMatchObject({ action: 'discard', reason: 'a load test', status: 'running', selected: 2 });
    expect(await toTheEnd(batch.id)).toMatchObject({ status: 'done', resolved: 2, skipped: 0, released: 0 });

    for (const id of ids.slice(0, 2)) {
      expect(await show(id)).toMatchObject({
        status: 'discarded',
        history: [{ act: 'failed' }, { act: 'discarded', by: 'ada', detail: 'a load test', batch: batch.id }],
      });
    }
    const { items } = await new DeadLetterQueries().list(database.autocommit, { status: 'waiting' }, { limit: 10 });
    expect(items.map(({ messageId }) => messageId)).toEqual(['sold out 0', 'no answer 2']);
    expect(await sent()).toEqual([]);
  });

  it('tells the group of each event, so that what waits behind it goes on', async () => {
    await collect(
      database,
      ...['one', 'two'].map((messageId) => aDeadLetter({ at: EVENTS, messageId, key: messageId })),
    );
    await toTheEnd((await begin(DISCARD))!.id);
    const told = (await outboxOf(database)).map(({ destination, body }) => [destination, JSON.parse(body)]);
    expect(told).toMatchObject([
      ['mailer.parked', { messageId: 'one', action: 'discard', by: 'ada' }],
      ['mailer.parked', { messageId: 'two', action: 'discard', by: 'ada' }],
    ]);
  });

  it('takes also what was resubmitted too often', async () => {
    const [id] = await lettersOf(2);
    await database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await plan(DISCARD)).toEqual({ matching: 2, selected: 2, refused: 0 });
    expect(await toTheEnd((await begin(DISCARD))!.id)).toMatchObject({ resolved: 2 });
  });
});

describe('a batch that is stopped', () => {
  it.each(EITHER)('decides about no more, and what it had still to $action waits for anybody', async (action) => {
    await lettersOf(5);
    const batch = (await begin({ ratePerSecond: 0.01, ...action }))!;
    await step();
    expect(await stop(batch.id, 'grace')).toMatchObject({
      id: batch.id,
      status: 'stopped',
      stoppedBy: 'grace',
      selected: 5,
      resolved: 1,
      released: 4,
      skipped: 0,
      endedAt: expect.any(String),
    });
    await database.pool.query('UPDATE waybill.dead_letter_batches SET next_at = now()');
    expect(await step()).toBe(false);
    expect(await batches.nextStepIn(database.autocommit)).toBeUndefined();

    expect(await plan()).toEqual({ matching: 4, selected: 4, refused: 0 });
    expect(await toTheEnd((await begin(DISCARD))!.id)).toMatchObject({ resolved: 4 });
    expect(await decisions()).toHaveLength(5);
  });

  it('tells those that others have resolved from those that wait again', async () => {
    const [, second] = await lettersOf(4);
    const batch = (await begin({ ratePerSecond: 0.01 }))!;
    await step();
    await database.transaction((tx) => review.discard(tx, second!, { by: 'grace', reason: 'spam' }));
    expect(await stop(batch.id)).toMatchObject({ selected: 4, resolved: 1, skipped: 1, released: 2 });
  });

  it('ends after the step that is under way', async () => {
    await lettersOf(3);
    const batch = (await begin({ ratePerSecond: 0.01 }))!;
    const stopped = await meanwhile(
      (tx) => batches.step(tx),
      () => stop(batch.id),
    );
    expect(stopped).toMatchObject({ resolved: 1, released: 2 });
    expect(await sent()).toEqual(['no answer 0']);
  });

  it('sends nothing more, however many processes take its steps', async () => {
    await lettersOf(200);
    await withRunners(3, async (wake) => {
      const { id } = (await begin({ ratePerSecond: 100 }))!;
      await until('it is at work', async () => (await find(id)).resolved > 0);
      const { resolved, released } = await stop(id);
      // Another batch, to its end: the runners have looked for steps since.
      const next = (await begin({ limit: 1, ...DISCARD }))!;
      wake();
      await untilDone(next.id);

      expect(resolved + released).toBe(200);
      expect(released).toBeGreaterThan(0);
      expect(await find(id)).toMatchObject({ status: 'stopped', resolved, released });
      expect(await sent()).toHaveLength(resolved);
    });
  });

  it('can not be stopped twice, nor when it is done: nothing is changed, and who was first is said', async () => {
    await lettersOf(2);
    const batch = (await begin({ limit: 1 }))!;
    const done = await toTheEnd(batch.id);
    expect(await refusal(stop(batch.id))).toBe('resolved: nothing was changed: it is done already');
    expect(await find(batch.id)).toEqual(done);

    const other = (await begin())!;
    const second = await meanwhile(
      (tx) => batches.stop(tx, other.id, 'grace'),
      () => refusal(stop(other.id)),
    );
    expect(second).toContain('resolved: nothing was changed: it is stopped already, by grace at 2');
    expect(await find(other.id)).toMatchObject({ stoppedBy: 'grace', released: 1 });
    expect(await refusal(stop(crypto.randomUUID()))).toContain('unknown: there is no batch');
  });
});
