import { until } from '@waybill/testing';
import { Broker, message, Shop, series } from './relay.fixture.js';

const HOUR = 3_600_000;

describe('a message leaves', () => {
  let shop: Shop;
  afterEach(() => shop.close());

  it('at once by notification, without any polling', async () => {
    shop = await Shop.open();
    const broker = new Broker();
    await shop.relay(broker, { pollInterval: HOUR, sampleInterval: HOUR });
    await shop.send([message('first')]);
    await shop.untilEmpty();

    const delays: number[] = [];
    for (const body of series('m', 20)) {
      const arrived = new Promise<number>((resolve) => {
        broker.beforeConfirm = async () => resolve(performance.now());
      });
      await shop.send([message(body)]);
      const committed = performance.now();
      delays.push((await arrived) - committed);
      await shop.untilEmpty();
    }
    const median = delays.sort((a, b) => a - b)[10]!;
    expect(median).toBeLessThan(50);
  });

  it('at the next poll when notifications are off', async () => {
    shop = await Shop.open({ notify: false });
    const broker = new Broker();
    await shop.relay(broker, { listen: false });
    await shop.send([message('quiet')]);
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(['quiet']);
  });

  it('when the listening connection broke', async () => {
    shop = await Shop.open();
    const broker = new Broker();
    await shop.relay(broker, { pollInterval: HOUR });
    await until('it listens', async () => (await shop.cutConnections('waybill outbox listener')) === 1);
    await shop.send([message('meanwhile')]);
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(['meanwhile']);
  });

  it('and its row with it: the table holds the backlog, never the history', async () => {
    shop = await Shop.open();
    const broker = new Broker();
    await shop.relay(broker);
    for (const round of series('round', 5)) {
      await shop.send(series(`${round}-`, 500).map((body) => message(body)));
      await shop.untilEmpty();
    }
    expect(broker.firsts()).toHaveLength(2_500);
    await shop.database.pool.query('VACUUM waybill.outbox');
    const { rows } = await shop.database.pool.query(`SELECT pg_relation_size('waybill.outbox')::int AS bytes`);
    expect(rows[0].bytes).toBeLessThan(1_000_000);
  });

  it('and its place is used again, though nobody else vacuums', async () => {
    shop = await Shop.open();
    const { pool } = shop.database;
    await pool.query('ALTER TABLE waybill.outbox SET (autovacuum_enabled = off)');
    await shop.relay(new Broker(), { vacuumAfter: 100 });
    await shop.send(series('busy', 200).map((body) => message(body)));
    await until('the relay has vacuumed', async () => {
      const { rows } = await pool.query(
        `SELECT vacuum_count > 0 AS done FROM pg_stat_all_tables WHERE relid = 'waybill.outbox'::regclass`,
      );
      return rows[0].done;
    });
  });
});
