import { type AuditFilter, AuditLog } from './audit-log.js';
import { BatchHarness, DISCARD } from './batches.fixture.js';
import { DeadLetterExpiry } from './dead-letter-expiry.js';
import { quiet } from './dead-letters.fixture.js';

let harness: BatchHarness;
beforeEach(async () => {
  harness = await BatchHarness.open();
});
afterEach(() => harness.database.drop());

const list = (filter: AuditFilter = {}, cursor?: string) =>
  new AuditLog().list(harness.database.autocommit, filter, { limit: 3, cursor });
const done = async (filter?: AuditFilter) =>
  (await list(filter)).items.map(({ by, action, detail, count }) => ({ by, action, detail, count }));

describe('the audit log', () => {
  it('names who resolved a dead letter, how and why', async () => {
    const [one, other] = await harness.collectMany(2);
    const { database, review } = harness;
    await database.transaction((tx) => review.discard(tx, one!, { by: 'grace', reason: 'spam' }));
    const edit = { by: 'ada', body: Buffer.from('{}'), force: true };
    await database.transaction((tx) => review.resubmit(tx, other!, edit));
    expect((await list()).items).toMatchObject([
      { by: 'ada', action: 'resubmit', deadLetter: other, batch: null, detail: 'edited, forced', count: 1 },
      { by: 'grace', action: 'discard', deadLetter: one, batch: null, detail: 'spam', count: 1 },
    ]);
  });

  it('has one entry for the start of a batch, however many dead letters it resolves, and one for each interruption', async () => {
    await harness.collectMany(4);
    const { id } = (await harness.begin({ ...DISCARD, ratePerSecond: 0.01 }))!;
    await harness.step();
    await harness.database.transaction((tx) => harness.batches.pause(tx, id, 'grace'));
    await harness.database.transaction((tx) => harness.batches.resume(tx, id, 'ada'));
    await harness.stop(id, 'grace');
    const { items, nextCursor } = await list();
    expect([...items, ...(await list({}, nextCursor!)).items]).toMatchObject([
      { by: 'grace', action: 'stop-batch', batch: id, subject: 'discard', count: 3 },
      { by: 'ada', action: 'resume-batch', count: 3 },
      { by: 'grace', action: 'pause-batch', count: 3 },
      { by: 'ada', action: 'start-batch', batch: id, subject: 'discard', detail: DISCARD.reason, count: 4 },
    ]);
    expect(await done({ by: 'ada', action: 'start-batch' })).toHaveLength(1);
    expect(await done({ by: 'nobody' })).toEqual([]);
  });

  it('has no entry of what was rolled back', async () => {
    const [id] = await harness.collectMany(1);
    const work = harness.database.transaction(async (tx) => {
      await harness.review.discard(tx, id!, { by: 'ada', reason: 'spam' });
      throw new Error('rolled back');
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await done()).toEqual([]);
  });

  it('outlives the dead letters that it names', async () => {
    const [id] = await harness.collectMany(1);
    await harness.database.transaction((tx) => harness.review.discard(tx, id!, { by: 'ada', reason: 'spam' }));
    const { autocommit: database } = harness.database;
    expect(await new DeadLetterExpiry({ database, logger: quiet, retention: 0 }).expire()).toBe(1);
    expect(await done()).toEqual([{ by: 'ada', action: 'discard', detail: 'spam', count: 1 }]);
  });
});
