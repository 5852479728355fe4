import { BatchHarness, DISCARD } from './batches.fixture.js';
import { OUTBOXES } from './dead-letter.js';
import { aDeadLetter, collect } from './dead-letters.fixture.js';

let harness: BatchHarness;
beforeEach(async () => {
  harness = await BatchHarness.open();
});
afterEach(() => harness.database.drop());

describe('a batch', () => {
  it('leaves what cannot be resubmitted as it was, and resubmits the rest', async () => {
    const [nowhere] = await collect(harness.database, aDeadLetter({ from: OUTBOXES, messageId: 'nowhere' }));
    await harness.collectMany(2);
    const { id } = (await harness.begin())!;
    expect(await harness.runToEnd(id)).toMatchObject({ status: 'done', selected: 3, resolved: 2, skipped: 1 });
    expect(await harness.details(nowhere!)).toMatchObject({ status: 'waiting', resubmissions: 0 });
    expect(await harness.plan(DISCARD)).toMatchObject({ selected: 1 });
  });

  it('whose steps fail lets the others go on', async () => {
    await harness.collectMany(1, 'broken');
    const broken = (await harness.begin())!;
    await harness.collectMany(1, 'fine');
    const fine = (await harness.begin())!;
    await harness.database.pool.query(
      `CREATE FUNCTION break_one() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN IF OLD.message_id LIKE 'broken%' THEN RAISE 'broken'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER break_one BEFORE UPDATE OF status ON waybill.dead_letters FOR EACH ROW EXECUTE FUNCTION break_one()`,
    );
    await harness.withRunners(1, async () => {
      await harness.untilDone(fine.id);
      expect(await harness.find(broken.id)).toMatchObject({ status: 'running', resolved: 0 });
      await harness.database.pool.query('DROP TRIGGER break_one ON waybill.dead_letters');
      await harness.untilDone(broken.id);
    });
  });
});
