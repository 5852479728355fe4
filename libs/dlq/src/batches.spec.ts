import { until } from '@waybill/testing';
import { BatchRunner } from './batch-runner.js';
import { Batches, type BatchRequest } from './batches.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import { aLetter, type LetterBench, letterDatabase, outboxOf, quiet, takeIn } from './letters.fixture.js';
import { Review } from './review.js';

const review = new Review();
const batches = new Batches(review);
let database: LetterBench;
beforeEach(async () => {
  database = await letterDatabase();
});
afterEach(() => database.drop());

const lettersOf = (count: number, error = 'no answer') =>
  takeIn(database, ...Array.from({ length: count }, (_, n) => aLetter({ messageId: `${error} ${n}`, error })));
const plan = (request: Partial<BatchRequest> = {}) =>
  batches.plan(database.autocommit, { by: 'ada', filter: {}, ...request });
const begin = (request: Partial<BatchRequest> = {}) =>
  database.transaction((tx) => batches.begin(tx, { by: 'ada', filter: {}, ...request }));
const step = () => database.transaction((tx) => batches.step(tx));
const sent = async () => (await outboxOf(database)).map(({ id }) => id);

async function toTheEnd(id: string) {
  while (await step());
  return batches.find(database.autocommit, id);
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
    expect(await sent()).toEqual([]);
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
      resubmitted: 3,
      passedOver: 0,
    });
    expect(await sent()).toEqual(['no answer 0', 'no answer 1', 'no answer 2']);
    const { items } = await new DeadLetterQueries().list(database.autocommit, {}, { limit: 10 });
    expect(items.map(({ status }) => status)).toEqual(['waiting', 'resubmitted', 'resubmitted', 'resubmitted']);
    const letter = await new DeadLetterQueries().find(database.autocommit, items[3]!.id);
    expect(letter!.history[1]).toMatchObject({ act: 'resubmitted', by: 'ada', batch: batch.id });
  });

  it('is none when there is nothing to resubmit', async () => {
    expect(await begin()).toBeUndefined();
    expect(await batches.nextStepIn(database.autocommit)).toBeUndefined();
  });

  it('passes over what somebody else has decided meanwhile', async () => {
    const [first, second] = await lettersOf(3);
    const batch = (await begin())!;
    await database.transaction((tx) => review.discard(tx, first!, { by: 'grace', reason: 'spam' }));
    await database.transaction((tx) => review.resubmit(tx, second!, { by: 'grace' }));
    expect(await toTheEnd(batch.id)).toMatchObject({ selected: 3, resubmitted: 1, passedOver: 2 });
    expect(await sent()).toEqual(['no answer 1', 'no answer 2']);
  });

  it('does not take again what fails again while it runs', async () => {
    await lettersOf(2);
    const batch = (await begin({ ratePerSecond: 1 }))!;
    await step();
    await takeIn(database, aLetter({ messageId: 'no answer 0', failedAt: '2026-02-02T00:00:00.000Z' }));
    await until('the batch is done', async () => (await toTheEnd(batch.id))!.status === 'done');
    expect(await sent()).toEqual(['no answer 0', 'no answer 1']);
  });

  it('leaves out what was resubmitted too often, unless it is forced', async () => {
    const [id] = await lettersOf(2);
    await database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await plan()).toEqual({ matching: 2, selected: 1, refused: 1 });
    expect(await plan({ force: true })).toEqual({ matching: 2, selected: 2, refused: 0 });
    const batch = (await begin({ force: true }))!;
    expect(await toTheEnd(batch.id)).toMatchObject({ resubmitted: 2 });
  });

  it('takes no letter of another one that is running', async () => {
    await lettersOf(2);
    await begin({ ratePerSecond: 1 });
    expect(await plan()).toMatchObject({ matching: 2, selected: 0, refused: 2 });
    expect(await begin()).toBeUndefined();
  });

  it('goes no faster than its rate', async () => {
    await lettersOf(6);
    const runner = new BatchRunner(batches, database, quiet);
    runner.start();
    const start = performance.now();
    const batch = (await begin({ ratePerSecond: 4 }))!;
    runner.wake();
    await until('it is done', async () => (await batches.find(database.autocommit, batch.id))!.status === 'done');
    await runner.stop();
    // The first goes at once, the sixth after five pauses of 250 ms.
    expect(performance.now() - start).toBeGreaterThan(1_250);
    expect(await sent()).toHaveLength(6);
  });

  it('is gone on with by another process after a crash, without repeating or missing one', async () => {
    await lettersOf(120);
    const batch = (await begin())!;
    await step();
    const crashed = database.transaction(async (tx) => {
      await batches.step(tx);
      throw new Error('the process dies here');
    });
    await expect(crashed).rejects.toThrow('dies');

    const runners = Array.from({ length: 3 }, () => new BatchRunner(batches, database, quiet));
    for (const runner of runners) runner.start();
    await until('it is done', async () => (await batches.find(database.autocommit, batch.id))!.status === 'done');
    await Promise.all(runners.map((runner) => runner.stop()));
    expect(await batches.find(database.autocommit, batch.id)).toMatchObject({ resubmitted: 120, passedOver: 0 });
    expect([...(await sent())].sort()).toEqual(Array.from({ length: 120 }, (_, n) => `no answer ${n}`).sort());
  });
});
