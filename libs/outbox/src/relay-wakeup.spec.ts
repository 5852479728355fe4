import { until } from '@waybill/testing';
import { FakeBroker, message, OutboxHarness, series } from './outbox-harness.fixture.js';

const HOUR = 3_600_000;

describe('a message is published', () => {
  let harness: OutboxHarness;
  afterEach(() => harness.close());

  it('at once on notification, without polling', async () => {
    harness = await OutboxHarness.open();
    const broker = new FakeBroker();
    await harness.relay(broker, { pollInterval: HOUR, sampleInterval: HOUR });
    await harness.send([message('first')]);
    await harness.untilEmpty();

    const delays: number[] = [];
    for (const body of series('m', 20)) {
      const arrived = new Promise<number>((resolve) => {
        broker.beforeConfirm = async () => resolve(performance.now());
      });
      await harness.send([message(body)]);
      const committed = performance.now();
      delays.push((await arrived) - committed);
      await harness.untilEmpty();
    }
    const median = delays.sort((a, b) => a - b)[10]!;
    expect(median).toBeLessThan(50);
  });

  it('at the next poll when notifications are off', async () => {
    harness = await OutboxHarness.open({ notify: false });
    const broker = new FakeBroker();
    await harness.relay(broker, { listen: false });
    await harness.send([message('quiet')]);
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(['quiet']);
  });

  it('when the listening connection breaks', async () => {
    harness = await OutboxHarness.open();
    const broker = new FakeBroker();
    await harness.relay(broker, { pollInterval: HOUR });
    await until('it listens', async () => (await harness.cutConnections('waybill outbox listener')) === 1);
    await harness.send([message('meanwhile')]);
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(['meanwhile']);
  });

  it('and its row deleted: the table holds the backlog, never the history', async () => {
    harness = await OutboxHarness.open();
    const broker = new FakeBroker();
    await harness.relay(broker);
    for (const round of series('round', 5)) {
      await harness.send(series(`${round}-`, 500).map((body) => message(body)));
      await harness.untilEmpty();
    }
    expect(broker.firstArrivals()).toHaveLength(2_500);
    await harness.database.pool.query('VACUUM waybill.outbox');
    const { rows } = await harness.database.pool.query(`SELECT pg_relation_size('waybill.outbox')::int AS bytes`);
    expect(rows[0].bytes).toBeLessThan(1_000_000);
  });

  it('and its space is reused, also without autovacuum', async () => {
    harness = await OutboxHarness.open();
    const { pool } = harness.database;
    await pool.query('ALTER TABLE waybill.outbox SET (autovacuum_enabled = off)');
    await harness.relay(new FakeBroker(), { vacuumAfter: 100 });
    await harness.send(series('busy', 200).map((body) => message(body)));
    await until('the relay has vacuumed', async () => {
      const { rows } = await pool.query(
        `SELECT vacuum_count > 0 AS done FROM pg_stat_all_tables WHERE relid = 'waybill.outbox'::regclass`,
      );
      return rows[0].done;
    });
  });
});
