import { until } from '@waybill/testing';
import { BatchHarness, DISCARD, EITHER } from './batches.fixture.js';
import type { ReviewError } from './review-error.js';

let harness: BatchHarness;
beforeEach(async () => {
  harness = await BatchHarness.open();
});
afterEach(() => harness.database.drop());

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ reason, message }: ReviewError) => `${reason}: ${message}`,
  );

describe('a stopped batch', () => {
  it.each(EITHER)('resolves no more, and what it had yet to $action can be resolved by anybody', async (action) => {
    await harness.collectMany(5);
    const batch = (await harness.begin({ ratePerSecond: 0.01, ...action }))!;
    await harness.step();
    expect(await harness.stop(batch.id, 'grace')).toMatchObject({
      id: batch.id,
      status: 'stopped',
      stoppedBy: 'grace',
      selected: 5,
      resolved: 1,
      released: 4,
      skipped: 0,
      endedAt: expect.any(String),
    });
    await harness.database.pool.query('UPDATE waybill.dead_letter_batches SET next_at = now()');
    expect(await harness.step()).toBe(false);
    expect(await harness.batches.nextStepIn(harness.database.autocommit)).toBeUndefined();

    expect(await harness.plan()).toEqual({ matching: 4, selected: 4, excluded: 0 });
    expect(await harness.runToEnd((await harness.begin(DISCARD))!.id)).toMatchObject({ resolved: 4 });
    expect(await harness.resolutions()).toHaveLength(5);
  });

  it('counts what others resolved apart from what is waiting again', async () => {
    const [, second] = await harness.collectMany(4);
    const batch = (await harness.begin({ ratePerSecond: 0.01 }))!;
    await harness.step();
    await harness.database.transaction((tx) => harness.review.discard(tx, second!, { by: 'grace', reason: 'spam' }));
    expect(await harness.stop(batch.id)).toMatchObject({ selected: 4, resolved: 1, skipped: 1, released: 2 });
  });

  it('ends after the step in progress', async () => {
    await harness.collectMany(3);
    const batch = (await harness.begin({ ratePerSecond: 0.01 }))!;
    const stopped = await harness.meanwhile(
      (tx) => harness.batches.step(tx),
      () => harness.stop(batch.id),
    );
    expect(stopped).toMatchObject({ resolved: 1, released: 2 });
    expect(await harness.sent()).toEqual(['no answer 0']);
  });

  it('sends nothing more, however many processes run its steps', async () => {
    await harness.collectMany(200);
    await harness.withRunners(3, async (wake) => {
      const { id } = (await harness.begin({ ratePerSecond: 100 }))!;
      await until('it has resolved some', async () => (await harness.find(id)).resolved > 0);
      const { resolved, released } = await harness.stop(id);
      // When another batch is done, the runners have looked for steps since the stop.
      const next = (await harness.begin({ limit: 1, ...DISCARD }))!;
      wake();
      await harness.untilDone(next.id);

      expect(resolved + released).toBe(200);
      expect(released).toBeGreaterThan(0);
      expect(await harness.find(id)).toMatchObject({ status: 'stopped', resolved, released });
      expect(await harness.sent()).toHaveLength(resolved);
    });
  });

  it('cannot be stopped again, nor when it is done: nothing changes, and the error names who was first', async () => {
    await harness.collectMany(2);
    const batch = (await harness.begin({ limit: 1 }))!;
    const done = await harness.runToEnd(batch.id);
    expect(await errorOf(harness.stop(batch.id))).toBe('resolved: nothing was changed: it is already done');
    expect(await harness.find(batch.id)).toEqual(done);

    const other = (await harness.begin())!;
    const second = await harness.meanwhile(
      (tx) => harness.batches.stop(tx, other.id, 'grace'),
      () => errorOf(harness.stop(other.id)),
    );
    expect(second).toContain('resolved: nothing was changed: it was already stopped by grace at 2');
    expect(await harness.find(other.id)).toMatchObject({ stoppedBy: 'grace', released: 1 });
    expect(await errorOf(harness.stop(crypto.randomUUID()))).toContain('unknown: there is no batch');
  });
});
