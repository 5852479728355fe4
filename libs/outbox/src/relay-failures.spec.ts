import { until } from '@waybill/testing';
import { Broker, Log, message, Shop, series } from './relay.fixture.js';

describe('when something fails, the relay', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.clean());
  afterAll(() => shop.close());

  it('publishes again, in order, what was published when its database connection broke before the delete', async () => {
    const broker = new Broker();
    let cuts = 0;
    broker.beforeConfirm = async () => {
      if (cuts === 0) cuts = await shop.cutConnections();
    };
    await shop.relay(broker, { batchSize: 10 });
    await shop.send(series('m', 30).map((body) => message(body)));
    await shop.untilEmpty();
    expect(cuts).toBe(1);
    expect(broker.firsts()).toEqual(series('m', 30));
    expect(broker.got.length).toBeGreaterThanOrEqual(40);
    expect(broker.got.length).toBeLessThanOrEqual(50); // two batches are the most that is repeated
  });

  it('leaves its shards to another relay when it dies with a batch in hand', async () => {
    const dying = new Broker();
    let die = () => {};
    dying.beforeConfirm = () =>
      new Promise((resolve) => {
        die = resolve;
      });
    await shop.relay(dying);
    await shop.send(series('m', 5).map((body) => message(body)));
    await until('it has a batch in hand', async () => dying.got.length === 5);

    const survivor = new Broker();
    await shop.relay(survivor);
    await until('the survivor found all shards taken', async () => (await shop.lanes()) === 2);
    expect(survivor.got).toEqual([]);
    await shop.cutLockHolders();
    await shop.untilEmpty();
    expect(survivor.firsts()).toEqual(series('m', 5));
    die();
  });

  it('waits for a broker that is away, says so once, and then publishes everything in order', async () => {
    const broker = new Broker();
    const logger = new Log();
    let tries = 0;
    broker.answer = () => {
      tries += 1;
      throw new Error('connect ECONNREFUSED');
    };
    await shop.relay(broker, { logger });
    await shop.send(series('m', 5).map((body) => message(body)));
    await until('it has tried some times', async () => tries > 3);
    broker.answer = () => ({ status: 'published' });
    await shop.untilEmpty();
    expect(broker.got.map(({ body }) => body.toString())).toEqual(series('m', 5));
    expect(logger.lines).toEqual([
      'warn: outbox: the broker is away, messages wait',
      'info: outbox: the broker is back',
    ]);
  });

  it('goes on with other destinations while one is full, and keeps the full one in order', async () => {
    const broker = new Broker();
    let room = 3;
    broker.answer = ({ destination }) =>
      destination === 'full' && room-- <= 0 ? { status: 'blocked', reason: 'queue is full' } : { status: 'published' };
    await shop.relay(broker, { batchSize: 4 });
    const both = series('m', 20).flatMap((body) => [
      message(body, { destination: 'full' }),
      message(body, { destination: 'free' }),
    ]);
    await shop.send(both);
    await until('the free one is done', async () => broker.firsts('free').length === 20);
    expect(broker.firsts('full')).toEqual(series('m', 3));
    room = Infinity;
    await shop.untilEmpty();
    expect(broker.got.filter(({ destination }) => destination === 'full').map(({ body }) => body.toString())).toEqual(
      series('m', 20),
    );
  });

  it('lets no later message overtake one whose destination was full for a moment', async () => {
    const broker = new Broker();
    const full = new Set(series('m', 30).filter((_, i) => i % 5 === 1));
    broker.answer = ({ body }) =>
      full.delete(body.toString()) ? { status: 'blocked', reason: 'queue is full' } : { status: 'published' };
    await shop.relay(broker, { batchSize: 3, firstRetry: 5 });
    await shop.send(series('m', 30).map((body) => message(body)));
    await shop.untilEmpty();
    expect(broker.got.map(({ body }) => body.toString())).toEqual(series('m', 30));
  });

  it('sets a message aside that can never be published, with the reason, and goes on', async () => {
    const broker = new Broker();
    const logger = new Log();
    broker.answer = ({ body }) =>
      body.toString() === 'huge' ? { status: 'refused', reason: 'too large' } : { status: 'published' };
    await shop.relay(broker, { logger });
    await shop.send([message('before'), message('huge'), message('after')]);
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(['before', 'after']);
    const { rows } = await shop.database.pool.query('SELECT body, reason FROM waybill.outbox_refused');
    expect(rows).toEqual([{ body: Buffer.from('huge'), reason: 'too large' }]);
    expect(logger.lines[0]).toMatch(/^error: .*set aside/);
  });

  it('hands a refused message to the broker once, though the next batches are read meanwhile', async () => {
    const broker = new Broker();
    const asked: string[] = [];
    broker.answer = ({ body }) => {
      asked.push(body.toString());
      return body.toString() === 'm3' ? { status: 'refused', reason: 'too large' } : { status: 'published' };
    };
    await shop.relay(broker, { batchSize: 2 });
    await shop.send(series('m', 20).map((body) => message(body)));
    await shop.untilEmpty();
    expect(asked).toEqual(series('m', 20));
  });

  it('publishes one batch while the delete of the one before waits, and no third', async () => {
    const broker = new Broker();
    await shop.send(series('m', 10).map((body) => message(body)));
    const { pool } = shop.database;
    const other = await pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM waybill.outbox ORDER BY seq LIMIT 1 FOR UPDATE');
      await shop.relay(broker, { batchSize: 2 });
      await until('the delete waits and the next batch is published', async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE%'`,
        );
        return rowCount === 1 && broker.got.length === 4;
      });
      expect(broker.firsts()).toEqual(series('m', 4));
    } finally {
      await other.query('COMMIT');
      other.release();
    }
    await shop.untilEmpty();
    expect(broker.got.map(({ body }) => body.toString())).toEqual(series('m', 10));
  });

  it('publishes a batch again whose delete failed', async () => {
    const broker = new Broker();
    const logger = new Log();
    await shop.database.pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE DELETE ON waybill.outbox EXECUTE FUNCTION refuse()`);
    await shop.relay(broker, { logger });
    await shop.send(series('m', 3).map((body) => message(body)));
    await until('it was published twice', async () => broker.got.length >= 6);
    await shop.database.pool.query('DROP FUNCTION refuse CASCADE');
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(series('m', 3));
    expect(logger.lines[0]).toBe('warn: outbox: the database is away, messages wait');
  });

  it('is not ready while its database is away, and is again when it is back', async () => {
    const broker = new Broker();
    const relay = await shop.relay(broker);
    const state = () =>
      relay
        .healthCheck()
        .check()
        .then(
          () => 'ready',
          () => 'not ready',
        );
    await until('it is ready', async () => (await state()) === 'ready');

    await shop.refuseConnections(true);
    await shop.cutConnections();
    await until('it is not ready', async () => (await state()) === 'not ready');
    await shop.send([message('meanwhile')]);
    expect(await state()).toBe('not ready');

    await shop.refuseConnections(false);
    await until('it is ready again', async () => (await state()) === 'ready');
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(['meanwhile']);
  });

  it('starts without a database', async () => {
    const relay = await shop.relay(new Broker(), { connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(relay.healthCheck().check()).rejects.toThrow();
  });
});
