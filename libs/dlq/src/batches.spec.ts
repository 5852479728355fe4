import { until } from '@waybill/testing';
import { BatchHarness, DISCARD, EITHER } from './batches.fixture.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import { aDeadLetter, collect, EVENTS, outboxOf } from './dead-letters.fixture.js';

let harness: BatchHarness;
beforeEach(async () => {
  harness = await BatchHarness.open();
});
afterEach(() => harness.database.drop());

describe('a dry run', () => {
  it('returns what a batch would select, and changes nothing', async () => {
    await harness.collectMany(5);
    await harness.collectMany(2, 'sold out');
    const { items } = await new DeadLetterQueries().groups(harness.database.autocommit, {}, { limit: 10 });
    expect(await harness.plan({ filter: { group: items[0]!.group }, limit: 3 })).toEqual({
      matching: 5,
      selected: 3,
      excluded: 0,
    });
    expect(await harness.plan({ filter: { source: 'elsewhere' } })).toEqual({ matching: 0, selected: 0, excluded: 0 });
    expect(await harness.plan({ filter: { group: items[0]!.group }, limit: 3, ...DISCARD })).toEqual({
      matching: 5,
      selected: 3,
      excluded: 0,
    });
    expect([await harness.sent(), await harness.resolutions()]).toEqual([[], []]);
  });
});

describe('a batch', () => {
  it('resubmits as many as its limit, oldest first, and records who began it', async () => {
    await harness.collectMany(4);
    const batch = (await harness.begin({ limit: 3 }))!;
    expect(await harness.runToEnd(batch.id)).toMatchObject({
      by: 'ada',
      status: 'done',
      selected: 3,
      resolved: 3,
      skipped: 0,
    });
    expect(await harness.sent()).toEqual(['no answer 0', 'no answer 1', 'no answer 2']);
    const { items } = await new DeadLetterQueries().list(harness.database.autocommit, {}, { limit: 10 });
    expect(items.map(({ status }) => status)).toEqual(['waiting', 'resubmitted', 'resubmitted', 'resubmitted']);
    const deadLetter = await harness.details(items[3]!.id);
    expect(deadLetter.history[1]).toMatchObject({ event: 'resubmitted', by: 'ada', batch: batch.id });
  });

  it('does not begin when its filter matches nothing', async () => {
    expect(await harness.begin()).toBeUndefined();
    expect(await harness.batches.nextStepIn(harness.database.autocommit)).toBeUndefined();
  });

  it.each(EITHER)('skips what somebody else has resolved meanwhile, to $action', async (action) => {
    const [first, second] = await harness.collectMany(3);
    const batch = (await harness.begin(action))!;
    await harness.database.transaction((tx) => harness.review.discard(tx, first!, { by: 'grace', reason: 'spam' }));
    await harness.database.transaction((tx) => harness.review.resubmit(tx, second!, { by: 'grace' }));
    expect(await harness.runToEnd(batch.id)).toMatchObject({ selected: 3, resolved: 1, skipped: 2 });
    expect(await harness.resolutions()).toMatchObject([
      { message_id: 'no answer 0', event: 'discarded', by: 'grace', batch: null },
      { message_id: 'no answer 1', event: 'resubmitted', by: 'grace', batch: null },
      { message_id: 'no answer 2', by: 'ada', batch: batch.id },
    ]);
  });

  it.each(EITHER)('skips a dead letter that an operator is resolving concurrently, to $action', async (action) => {
    const [id] = await harness.collectMany(2);
    const batch = (await harness.begin(action))!;
    await harness.meanwhile((tx) => harness.review.resubmit(tx, id!, { by: 'grace' }), harness.step);
    expect(await harness.runToEnd(batch.id)).toMatchObject({ status: 'done', resolved: 1, skipped: 1 });
    expect(await harness.resolutions()).toMatchObject([
      { message_id: 'no answer 0', by: 'grace' },
      { message_id: 'no answer 1', by: 'ada' },
    ]);
  });

  it('does not resubmit twice what fails again while it runs', async () => {
    await harness.collectMany(2);
    const batch = (await harness.begin({ ratePerSecond: 1 }))!;
    await harness.step();
    await collect(harness.database, aDeadLetter({ messageId: 'no answer 0', failedAt: '2026-02-02T00:00:00.000Z' }));
    await until('the batch is done', async () => (await harness.runToEnd(batch.id)).status === 'done');
    expect(await harness.sent()).toEqual(['no answer 0', 'no answer 1']);
  });

  it('excludes what was resubmitted too often, unless it is forced', async () => {
    const [id] = await harness.collectMany(2);
    await harness.database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await harness.plan()).toEqual({ matching: 2, selected: 1, excluded: 1 });
    expect(await harness.plan({ force: true })).toEqual({ matching: 2, selected: 2, excluded: 0 });
    const batch = (await harness.begin({ force: true }))!;
    expect(await harness.runToEnd(batch.id)).toMatchObject({ resolved: 2 });
  });

  it('excludes the dead letters of another running batch', async () => {
    await harness.collectMany(2);
    await harness.begin({ ratePerSecond: 1 });
    expect(await harness.plan()).toMatchObject({ matching: 2, selected: 0, excluded: 2 });
    expect(await harness.begin()).toBeUndefined();
  });

  it.each(EITHER)('is no faster than its rate, to $action', async (action) => {
    await harness.collectMany(6);
    await harness.withRunners(1, async (wake) => {
      const start = performance.now();
      const batch = (await harness.begin({ ratePerSecond: 4, ...action }))!;
      wake();
      await harness.untilDone(batch.id);
      // The first is resolved immediately, the sixth after five pauses of 250 ms.
      expect(performance.now() - start).toBeGreaterThan(1_250);
    });
    expect(await harness.resolutions()).toHaveLength(6);
  });

  it.each(EITHER)(
    'is continued by another process after a crash, each dead letter once, to $action',
    async (action) => {
      await harness.collectMany(120);
      const batch = (await harness.begin(action))!;
      await harness.step();
      const crashed = harness.database.transaction(async (tx) => {
        await harness.batches.step(tx);
        throw new Error('the process crashes here');
      });
      await expect(crashed).rejects.toThrow('crashes');

      await harness.withRunners(3, () => harness.untilDone(batch.id).then(() => {}));
      expect(await harness.find(batch.id)).toMatchObject({ resolved: 120, skipped: 0 });
      const resolved = (await harness.resolutions()).map(({ message_id }) => message_id);
      expect(resolved.sort()).toEqual(Array.from({ length: 120 }, (_, n) => `no answer ${n}`).sort());
    },
  );
});

describe('a batch that discards', () => {
  it('discards as many as its limit, and records the operator and the reason with each', async () => {
    const ids = await harness.collectMany(3);
    await harness.collectMany(1, 'sold out');
    const { group } = await harness.details(ids[0]!);
    const batch = (await harness.begin({ filter: { group }, limit: 2, ...DISCARD }))!;
    expect(batch).toMatchObject({ action: 'discard', reason: 'a load test', status: 'running', selected: 2 });
    expect(await harness.runToEnd(batch.id)).toMatchObject({ status: 'done', resolved: 2, skipped: 0, released: 0 });

    for (const id of ids.slice(0, 2)) {
      expect(await harness.details(id)).toMatchObject({
        status: 'discarded',
        history: [{ event: 'failed' }, { event: 'discarded', by: 'ada', detail: 'a load test', batch: batch.id }],
      });
    }
    const { items } = await new DeadLetterQueries().list(
      harness.database.autocommit,
      { status: 'waiting' },
      { limit: 10 },
    );
    expect(items.map(({ messageId }) => messageId)).toEqual(['sold out 0', 'no answer 2']);
    expect(await harness.sent()).toEqual([]);
  });

  it('notifies the group of each event, so that later events of its key continue', async () => {
    await collect(
      harness.database,
      ...['one', 'two'].map((messageId) => aDeadLetter({ from: EVENTS, messageId, key: messageId })),
    );
    await harness.runToEnd((await harness.begin(DISCARD))!.id);
    const tasks = (await outboxOf(harness.database)).map(({ destination, body }) => [destination, JSON.parse(body)]);
    expect(tasks).toMatchObject([
      ['mailer.parked', { messageId: 'one', action: 'discard', by: 'ada' }],
      ['mailer.parked', { messageId: 'two', action: 'discard', by: 'ada' }],
    ]);
  });

  it('includes what was resubmitted too often', async () => {
    const [id] = await harness.collectMany(2);
    await harness.database.pool.query('UPDATE waybill.dead_letters SET resubmissions = 3 WHERE id = $1', [id]);
    expect(await harness.plan(DISCARD)).toEqual({ matching: 2, selected: 2, excluded: 0 });
    expect(await harness.runToEnd((await harness.begin(DISCARD))!.id)).toMatchObject({ resolved: 2 });
  });
});
