import { until } from '@waybill/testing';
import type { BatchRequest, BatchSelection } from './batch.js';
import { BatchRunner } from './batch-runner.js';
import { Batches } from './batches.js';
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
import type { ReviewError } from './review-error.js';

const review = new Review();
const batches = new Batches(review);
let database: DeadLetterHarness;
beforeEach(async () => {
  database = await deadLetterDatabase();
});
afterEach(() => database.drop());

const collectMany = (count: number, error = 'no answer') =>
  collect(database, ...Array.from({ length: count }, (_, n) => aDeadLetter({ messageId: `${error} ${n}`, error })));
const DISCARD = { action: 'discard', reason: 'a load test' } as const;
const EITHER = [{ action: 'resubmit' } as const, DISCARD];
type Request = Partial<BatchSelection> & Partial<(typeof EITHER)[number]>;

const requestOf = (changes: Request) => ({ by: 'ada', filter: {}, ...changes }) as BatchRequest;
const plan = (changes: Request = {}) => batches.plan(database.autocommit, requestOf(changes));
const begin = (changes: Request = {}) => database.transaction((tx) => batches.begin(tx, requestOf(changes)));
const step = () => database.transaction((tx) => batches.step(tx));
const sent = async () => (await outboxOf(database)).map(({ id }) => id);

const stop = (id: string, by = 'ada') => database.transaction((tx) => batches.stop(tx, id, by));
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ reason, message }: ReviewError) => `${reason}: ${message}`,
  );

async function toTheEnd(id: string) {
  while (await step());
  return find(id);
}

async function details(id: string) {
  return (await new DeadLetterQueries().find(database.autocommit, id))!;
}

/** Every resolution, in order: what was done, by whom, in which batch. */
async function resolutions() {
  const { rows } = await database.pool.query<{ message_id: string; event: string; by: string; batch: string | null }>(
    `SELECT message_id, event, by, history.batch FROM waybill.dead_letter_history AS history
     JOIN waybill.dead_letters ON dead_letters.id = dead_letter WHERE event <> 'failed' ORDER BY seq`,
  );
  return rows;
}

/** Runs the steps of batches, as so many processes do, while `work` runs. */
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

/** Runs `then` against the locks of an open transaction that ran `first`; resolves when both have ended. */
async function meanwhile<T>(
  first: Parameters<DeadLetterHarness['transaction']>[0],
  then: () => Promise<T>,
): Promise<T> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
  const open = database.transaction(async (tx) => {
    await first(tx);
    lock();
    await released;
  });
  await locked;
  const second = then();
  await until('the second waits for the first', async () => {
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  release();
  await open;
  return second;
}

describe('a dry run', () => {
  it('returns what a batch would select, and changes nothing', async () => {
    await collectMany(5);
    await collectMany(2, 'sold out');
    const { items } = await new DeadLetterQueries().groups(database.autocommit, {}, { limit: 10 });
    expect(await plan({ filter: { group: items[0]!.group }, limit: 3 })).toEqual({
      matching: 5,
      selected: 3,
      excluded: 0,
    });
    expect(await plan({ filter: { source: 'elsewhere' } })).toEqual({ matching: 0, selected: 0, excluded: 0 });
    expect(await plan({ filter: { group: items[0]!.group }, limit: 3, ...DISCARD })).toEqual({
      matching: 5,
      selected: 3,
      excluded: 0,
    });
    expect([await sent(), await resolutions()]).toEqual([[], []]);
  });
});

describe('a batch', () => {
  it('resubmits as many as its limit, oldest first, and records who began it', async () => {
    await collectMany(4);
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
    const deadLetter = await details(items[3]!.id);
    expect(deadLetter.history[1]).toMatchObject({ event: 'resubmitted', by: 'ada', batch: batch.id });
  });

  it('does not begin when its filter matches nothing', async () => {
    expect(await begin()).toBeUndefined();
    expect(await batches.nextStepIn(database.autocommit)).toBeUndefined();
  });

  it.each(EITHER)('skips what somebody else has resolved meanwhile, to $action', async (action) => {
    const [first, second] = await collectMany(3);
    const batch = (await begin(action))!;
    await database.transaction((tx) => review.discard(tx, first!, { by: 'grace', reason: 'spam' }));
    await database.transaction((tx) => review.resubmit(tx, second!, { by: 'grace' }));
    expect(await toTheEnd(batch.id)).toMatchObject({ selected: 3, resolved: 1, skipped: 2 });
    expect(await resolutions()).toMatchObject([
      { message_id: 'no answer 0', event: 'discarded', by: 'grace', batch: null },
      { message_id: 'no answer 1', event: 'resubmitted', by: 'grace', batch: null },
      { message_id: 'no answer 2', by: 'ada', batch: batch.id },
    ]);
  });

  it.each(EITHER)('skips a dead letter that an operator is resolving concurrently, to $action', async (action) => {
    const [id] = await collectMany(2);
    const batch = (await begin(action))!;
    await meanwhile((tx) => review.resubmit(tx, id!, { by: 'grace' }), step);
    expect(await toTheEnd(batch.id)).toMatchObject({ status: 'done', resolved: 1, skipped: 1 });
    expect(await resolutions()).toMatchObject([
      { message_id: 'no answer 0', by: 'grace' },
      { message_id: 'no answer 1', by: 'ada' },
    ]);
  });

  it('does not resubmit twice what fails again while it runs', async () => {
    await collectMany(2);
    const batch = (await begin({ ratePerSecond: 1 }))!;
    await step();
    await collect(database, aDeadLetter({ messageId: 'no answer 0', failedAt: '2026-02-02T00:00:00.000Z' }));
    await until('the batch is done', async () => (await toTheEnd(batch.id)).status === 'done');
    expect(await sent()).toEqual(['no answer 0', 'no answer 1']);
  });

  it('excludes what was resubmitted too often, unless it is forced', async () => {
    const [id] = await collectMany(2);
    await database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await plan()).toEqual({ matching: 2, selected: 1, excluded: 1 });
    expect(await plan({ force: true })).toEqual({ matching: 2, selected: 2, excluded: 0 });
    const batch = (await begin({ force: true }))!;
    expect(await toTheEnd(batch.id)).toMatchObject({ resolved: 2 });
  });

  it('excludes the dead letters of another running batch', async () => {
    await collectMany(2);
    await begin({ ratePerSecond: 1 });
    expect(await plan()).toMatchObject({ matching: 2, selected: 0, excluded: 2 });
    expect(await begin()).toBeUndefined();
  });

  it.each(EITHER)('is no faster than its rate, to $action', async (action) => {
    await collectMany(6);
    await withRunners(1, async (wake) => {
      const start = performance.now();
      const batch = (await begin({ ratePerSecond: 4, ...action }))!;
      wake();
      await untilDone(batch.id);
      // The first is resolved immediately, the sixth after five pauses of 250 ms.
      expect(performance.now() - start).toBeGreaterThan(1_250);
    });
    expect(await resolutions()).toHaveLength(6);
  });

  it.each(EITHER)(
    'is continued by another process after a crash, each dead letter once, to $action',
    async (action) => {
      await collectMany(120);
      const batch = (await begin(action))!;
      await step();
      const crashed = database.transaction(async (tx) => {
        await batches.step(tx);
        throw new Error('the process crashes here');
      });
      await expect(crashed).rejects.toThrow('crashes');

      await withRunners(3, () => untilDone(batch.id).then(() => {}));
      expect(await find(batch.id)).toMatchObject({ resolved: 120, skipped: 0 });
      const resolved = (await resolutions()).map(({ message_id }) => message_id);
      expect(resolved.sort()).toEqual(Array.from({ length: 120 }, (_, n) => `no answer ${n}`).sort());
    },
  );
});

describe('a batch that discards', () => {
  it('discards as many as its limit, and records the operator and the reason with each', async () => {
    const ids = await collectMany(3);
    await collectMany(1, 'sold out');
    const { group } = await details(ids[0]!);
    const batch = (await begin({ filter: { group }, limit: 2, ...DISCARD }))!;
    expect(batch).toMatchObject({ action: 'discard', reason: 'a load test', status: 'running', selected: 2 });
    expect(await toTheEnd(batch.id)).toMatchObject({ status: 'done', resolved: 2, skipped: 0, released: 0 });

    for (const id of ids.slice(0, 2)) {
      expect(await details(id)).toMatchObject({
        status: 'discarded',
        history: [{ event: 'failed' }, { event: 'discarded', by: 'ada', detail: 'a load test', batch: batch.id }],
      });
    }
    const { items } = await new DeadLetterQueries().list(database.autocommit, { status: 'waiting' }, { limit: 10 });
    expect(items.map(({ messageId }) => messageId)).toEqual(['sold out 0', 'no answer 2']);
    expect(await sent()).toEqual([]);
  });

  it('notifies the group of each event, so that later events of its key continue', async () => {
    await collect(
      database,
      ...['one', 'two'].map((messageId) => aDeadLetter({ from: EVENTS, messageId, key: messageId })),
    );
    await toTheEnd((await begin(DISCARD))!.id);
    const tasks = (await outboxOf(database)).map(({ destination, body }) => [destination, JSON.parse(body)]);
    expect(tasks).toMatchObject([
      ['mailer.parked', { messageId: 'one', action: 'discard', by: 'ada' }],
      ['mailer.parked', { messageId: 'two', action: 'discard', by: 'ada' }],
    ]);
  });

  it('includes what was resubmitted too often', async () => {
    const [id] = await collectMany(2);
    await database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await plan(DISCARD)).toEqual({ matching: 2, selected: 2, excluded: 0 });
    expect(await toTheEnd((await begin(DISCARD))!.id)).toMatchObject({ resolved: 2 });
  });
});

describe('a stopped batch', () => {
  it.each(EITHER)('resolves no more, and what it had yet to $action can be resolved by anybody', async (action) => {
    await collectMany(5);
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

    expect(await plan()).toEqual({ matching: 4, selected: 4, excluded: 0 });
    expect(await toTheEnd((await begin(DISCARD))!.id)).toMatchObject({ resolved: 4 });
    expect(await resolutions()).toHaveLength(5);
  });

  it('counts what others resolved apart from what is waiting again', async () => {
    const [, second] = await collectMany(4);
    const batch = (await begin({ ratePerSecond: 0.01 }))!;
    await step();
    await database.transaction((tx) => review.discard(tx, second!, { by: 'grace', reason: 'spam' }));
    expect(await stop(batch.id)).toMatchObject({ selected: 4, resolved: 1, skipped: 1, released: 2 });
  });

  it('ends after the step in progress', async () => {
    await collectMany(3);
    const batch = (await begin({ ratePerSecond: 0.01 }))!;
    const stopped = await meanwhile(
      (tx) => batches.step(tx),
      () => stop(batch.id),
    );
    expect(stopped).toMatchObject({ resolved: 1, released: 2 });
    expect(await sent()).toEqual(['no answer 0']);
  });

  it('sends nothing more, however many processes run its steps', async () => {
    await collectMany(200);
    await withRunners(3, async (wake) => {
      const { id } = (await begin({ ratePerSecond: 100 }))!;
      await until('it has resolved some', async () => (await find(id)).resolved > 0);
      const { resolved, released } = await stop(id);
      // When another batch is done, the runners have looked for steps since the stop.
      const next = (await begin({ limit: 1, ...DISCARD }))!;
      wake();
      await untilDone(next.id);

      expect(resolved + released).toBe(200);
      expect(released).toBeGreaterThan(0);
      expect(await find(id)).toMatchObject({ status: 'stopped', resolved, released });
      expect(await sent()).toHaveLength(resolved);
    });
  });

  it('cannot be stopped again, nor when it is done: nothing changes, and the error names who was first', async () => {
    await collectMany(2);
    const batch = (await begin({ limit: 1 }))!;
    const done = await toTheEnd(batch.id);
    expect(await errorOf(stop(batch.id))).toBe('resolved: nothing was changed: it is already done');
    expect(await find(batch.id)).toEqual(done);

    const other = (await begin())!;
    const second = await meanwhile(
      (tx) => batches.stop(tx, other.id, 'grace'),
      () => errorOf(stop(other.id)),
    );
    expect(second).toContain('resolved: nothing was changed: it was already stopped by grace at 2');
    expect(await find(other.id)).toMatchObject({ stoppedBy: 'grace', released: 1 });
    expect(await errorOf(stop(crypto.randomUUID()))).toContain('unknown: there is no batch');
  });
});
