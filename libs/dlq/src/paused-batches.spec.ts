import { BatchHarness } from './batches.fixture.js';
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
const pause = (id: string, by = 'grace') => harness.database.transaction((tx) => harness.batches.pause(tx, id, by));
const resume = (id: string, by = 'grace') => harness.database.transaction((tx) => harness.batches.resume(tx, id, by));

async function pausedBatch() {
  await harness.collectMany(5);
  const { id } = (await harness.begin({ ratePerSecond: 0.01 }))!;
  await harness.step();
  await pause(id);
  return id;
}

describe('a paused batch', () => {
  it('resolves nothing, and keeps its dead letters from other batches', async () => {
    const id = await pausedBatch();
    await harness.database.pool.query('UPDATE waybill.dead_letter_batches SET next_at = now()');
    expect(await harness.step()).toBe(false);
    expect(await harness.batches.nextStepIn(harness.database.autocommit)).toBeUndefined();
    expect(await harness.find(id)).toMatchObject({
      status: 'paused',
      pausedBy: 'grace',
      resolved: 1,
      skipped: 0,
      endedAt: null,
    });
    expect(await harness.plan()).toEqual({ matching: 4, selected: 0, excluded: 4 });
  });

  it('goes on without delay when it is resumed, and resolves each of its dead letters once', async () => {
    const id = await pausedBatch();
    expect(await resume(id)).toMatchObject({ status: 'running', pausedBy: null });
    expect(await harness.step()).toBe(true);
    await harness.database.pool.query('UPDATE waybill.dead_letter_batches SET rate_per_second = NULL, next_at = now()');
    expect(await harness.runToEnd(id)).toMatchObject({ status: 'done', resolved: 5 });
    expect(new Set(await harness.sent()).size).toBe(5);
    expect(await harness.sent()).toHaveLength(5);
  });

  it('can be stopped: its dead letters are waiting again', async () => {
    const id = await pausedBatch();
    expect(await harness.stop(id)).toMatchObject({ status: 'stopped', pausedBy: null, resolved: 1, released: 4 });
    expect(await harness.plan()).toEqual({ matching: 4, selected: 4, excluded: 0 });
  });

  it('pauses after the step in progress', async () => {
    await harness.collectMany(3);
    const batch = (await harness.begin({ ratePerSecond: 0.01 }))!;
    const paused = await harness.meanwhile(
      (tx) => harness.batches.step(tx),
      () => pause(batch.id),
    );
    expect(paused).toMatchObject({ status: 'paused', resolved: 1 });
  });

  it('cannot be paused again, and only it can be resumed: the error says what it is', async () => {
    const id = await pausedBatch();
    expect(await errorOf(pause(id))).toBe('resolved: nothing was changed: it was already paused by grace');
    await resume(id);
    expect(await errorOf(resume(id))).toBe('resolved: nothing was changed: it is running');
    await harness.stop(id);
    expect(await errorOf(pause(id))).toContain('it was already stopped by ada');
    expect(await errorOf(resume(crypto.randomUUID()))).toContain('unknown: there is no batch');
  });
});

describe('the list of batches', () => {
  it('has the latest first, in pages, and can be limited to a status', async () => {
    await harness.collectMany(3);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await harness.begin({ limit: 1 }))!.id);
    await pause(ids[1]!);
    const list = (status?: 'paused', cursor?: string) =>
      harness.batches.list(harness.database.autocommit, { status }, { limit: 2, cursor });

    const first = await list();
    expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await list(undefined, first.nextCursor!)).items.map(({ id }) => id)).toEqual([ids[0]]);
    expect((await list('paused')).items.map(({ id }) => id)).toEqual([ids[1]]);
  });
});
