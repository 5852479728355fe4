import { until } from '@waybill/testing';
import { register } from 'prom-client';
import { FakeBroker, message, OutboxHarness, series, TestLogger } from './outbox-harness.fixture.js';

describe('when something fails, the relay', () => {
  let harness: OutboxHarness;
  beforeAll(async () => {
    harness = await OutboxHarness.open();
  });
  afterEach(() => harness.clean());
  afterAll(() => harness.close());

  it('republishes in order what it had not deleted when its database connection broke', async () => {
    const broker = new FakeBroker();
    let cuts = 0;
    broker.beforeConfirm = async () => {
      if (cuts === 0) cuts = await harness.cutConnections();
    };
    await harness.relay(broker, { batchSize: 10 });
    await harness.send(series('m', 30).map((body) => message(body)));
    await harness.untilEmpty();
    expect(cuts).toBe(1);
    expect(broker.firstArrivals()).toEqual(series('m', 30));
    expect(broker.received.length).toBeGreaterThanOrEqual(40);
    expect(broker.received.length).toBeLessThanOrEqual(50); // at most two batches are repeated
  });

  it('leaves its shards to another relay when it dies with a batch in flight', async () => {
    const dying = new FakeBroker();
    let die = () => {};
    dying.beforeConfirm = () =>
      new Promise((resolve) => {
        die = resolve;
      });
    await harness.relay(dying);
    await harness.send(series('m', 5).map((body) => message(body)));
    await until('it has a batch in flight', async () => dying.received.length === 5);

    const survivor = new FakeBroker();
    await harness.relay(survivor);
    await until('the survivor found all shards locked', async () => (await harness.activeRelays()) === 2);
    expect(survivor.received).toEqual([]);
    await harness.cutLockHolders();
    await harness.untilEmpty();
    expect(survivor.firstArrivals()).toEqual(series('m', 5));
    die();
  });

  it('waits for an unavailable broker, logs it once, and then publishes everything in order', async () => {
    const broker = new FakeBroker();
    const logger = new TestLogger();
    let attempts = 0;
    broker.respond = () => {
      attempts += 1;
      throw new Error('connect ECONNREFUSED');
    };
    await harness.relay(broker, { logger });
    await harness.send(series('m', 5).map((body) => message(body)));
    await until('it has made some attempts', async () => attempts > 3);
    broker.respond = () => ({ status: 'published' });
    await harness.untilEmpty();
    expect(broker.received.map(({ body }) => body.toString())).toEqual(series('m', 5));
    expect(logger.lines).toEqual([
      'warn: outbox: the broker is unavailable, messages wait and are retried',
      'info: outbox: the broker is available again',
    ]);
  });

  it('continues with other destinations while one is full, and keeps the full one in order', async () => {
    const broker = new FakeBroker();
    let room = 3;
    broker.respond = ({ destination }) =>
      destination === 'full' && room-- <= 0 ? { status: 'blocked', reason: 'queue is full' } : { status: 'published' };
    await harness.relay(broker, { batchSize: 4 });
    const both = series('m', 20).flatMap((body) => [
      message(body, { destination: 'full' }),
      message(body, { destination: 'free' }),
    ]);
    await harness.send(both);
    await until('the free one is done', async () => broker.firstArrivals('free').length === 20);
    expect(broker.firstArrivals('full')).toEqual(series('m', 3));
    room = Infinity;
    await harness.untilEmpty();
    expect(
      broker.received.filter(({ destination }) => destination === 'full').map(({ body }) => body.toString()),
    ).toEqual(series('m', 20));
  });

  it('lets no later message overtake one whose destination was briefly full', async () => {
    const broker = new FakeBroker();
    const full = new Set(series('m', 30).filter((_, i) => i % 5 === 1));
    broker.respond = ({ body }) =>
      full.delete(body.toString()) ? { status: 'blocked', reason: 'queue is full' } : { status: 'published' };
    await harness.relay(broker, { batchSize: 3, minRetryDelay: 5 });
    await harness.send(series('m', 30).map((body) => message(body)));
    await harness.untilEmpty();
    expect(broker.received.map(({ body }) => body.toString())).toEqual(series('m', 30));
  });

  it('moves a message that the broker rejects to outbox_rejected with the reason, and continues', async () => {
    const broker = new FakeBroker();
    const logger = new TestLogger();
    broker.respond = ({ body }) =>
      body.toString() === 'huge' ? { status: 'rejected', reason: 'too large' } : { status: 'published' };
    await harness.relay(broker, { logger });
    await harness.send([message('before'), message('huge'), message('after')]);
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(['before', 'after']);
    const { rows } = await harness.database.pool.query('SELECT body, reason FROM waybill.outbox_rejected');
    expect(rows).toEqual([{ body: Buffer.from('huge'), reason: 'too large' }]);
    expect(logger.lines[0]).toMatch(/^error: .*outbox_rejected/);
  });

  it('publishes the dead letter of a message that the broker rejects in its place, whatever its headers and bytes', async () => {
    const broker = new FakeBroker();
    const logger = new TestLogger();
    broker.respond = ({ destination }) =>
      destination === 'tiny' ? { status: 'rejected', reason: 'too large' } : { status: 'published' };
    const odd = { id: 'odd', destination: 'tiny', headers: { odd: 'NUL \0, \udc80' }, body: Buffer.from([0, 255]) };
    await harness.relay(broker, {
      logger,
      deadLetterOf: (rejected, reason) => ({
        ...rejected,
        destination: 'dead',
        headers: { ...rejected.headers, reason },
      }),
    });
    await harness.send([message('before'), { ...message('odd'), ...odd }, message('after')]);
    await harness.untilEmpty();

    const [dead, ...more] = broker.received.filter(({ destination }) => destination === 'dead');
    expect(more).toEqual([]);
    expect(dead).toMatchObject({ id: 'odd', headers: { ...odd.headers, reason: 'too large' } });
    expect([...dead!.body]).toEqual([0, 255]);
    expect((await harness.database.pool.query('SELECT FROM waybill.outbox_rejected')).rowCount).toBe(0);
    expect(logger.lines[0]).toMatch(/^error: .*goes to dead/);
  });

  it('sends a rejected message to the broker once, though the next batches are read meanwhile', async () => {
    const broker = new FakeBroker();
    const sent: string[] = [];
    broker.respond = ({ body }) => {
      sent.push(body.toString());
      return body.toString() === 'm3' ? { status: 'rejected', reason: 'too large' } : { status: 'published' };
    };
    await harness.relay(broker, { batchSize: 2 });
    await harness.send(series('m', 20).map((body) => message(body)));
    await harness.untilEmpty();
    expect(sent).toEqual(series('m', 20));
  });

  it('publishes one batch while the previous delete waits, and no third', async () => {
    const broker = new FakeBroker();
    await harness.send(series('m', 10).map((body) => message(body)));
    const { pool } = harness.database;
    const other = await pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM waybill.outbox ORDER BY seq LIMIT 1 FOR UPDATE');
      await harness.relay(broker, { batchSize: 2 });
      await until('the delete waits and the next batch is published', async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE%'`,
        );
        return rowCount === 1 && broker.received.length === 4;
      });
      expect(broker.firstArrivals()).toEqual(series('m', 4));
    } finally {
      await other.query('COMMIT');
      other.release();
    }
    await harness.untilEmpty();
    expect(broker.received.map(({ body }) => body.toString())).toEqual(series('m', 10));
  });

  it('republishes a batch whose delete failed', async () => {
    const broker = new FakeBroker();
    const logger = new TestLogger();
    await harness.database.pool.query(`
      CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER reject BEFORE DELETE ON waybill.outbox EXECUTE FUNCTION reject()`);
    await harness.relay(broker, { logger });
    await harness.send(series('m', 3).map((body) => message(body)));
    await until('it was published twice', async () => broker.received.length >= 6);
    await harness.database.pool.query('DROP FUNCTION reject CASCADE');
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(series('m', 3));
    expect(logger.lines[0]).toBe('warn: outbox: the database is unavailable, messages wait and are retried');
  });

  it('publishes nothing while its database is read-only, because it could not delete it', async () => {
    const broker = new FakeBroker();
    const { pool } = harness.database;
    const { rows } = await pool.query('SELECT current_database() AS name');
    const setReadOnly = (value: 'on' | 'off') =>
      pool.query(`ALTER DATABASE "${rows[0].name}" SET default_transaction_read_only = ${value}`);
    await harness.send([message('m')]); // by a connection that stays writable
    await setReadOnly('on');
    const relay = await harness.relay(broker);
    const reason = () =>
      relay
        .healthCheck()
        .check()
        .then(
          () => '',
          (error: unknown) => String(error),
        );
    await until('it has noticed', async () => /read-only/.test(await reason()));
    expect(broker.received).toEqual([]);
    await setReadOnly('off');
    await harness.untilEmpty();
    expect(broker.received).toHaveLength(1);
  });

  it('is not ready while its database is unavailable, and ready when it is available again', async () => {
    const broker = new FakeBroker();
    const relay = await harness.relay(broker);
    const state = () =>
      relay
        .healthCheck()
        .check()
        .then(
          () => 'ready',
          () => 'not ready',
        );
    await until('it is ready', async () => (await state()) === 'ready');

    await harness.allowConnections(false);
    await harness.cutConnections();
    await until('it is not ready', async () => (await state()) === 'not ready');
    await harness.send([message('meanwhile')]);
    expect(await state()).toBe('not ready');

    await harness.allowConnections(true);
    await until('it is ready again', async () => (await state()) === 'ready');
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(['meanwhile']);
  });

  it('starts without a database', async () => {
    const relay = await harness.relay(new FakeBroker(), { connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(relay.healthCheck().check()).rejects.toThrow();
  });

  it('shows no backlog while it cannot measure it, because the last one would look healthy', async () => {
    const shown = async () => (await register.getSingleMetric('waybill_outbox_backlog')?.get())?.values.length;
    await harness.relay(new FakeBroker(), { sampleInterval: 20, maxRetryDelay: 50 });
    await until('it is shown', shown);
    await harness.allowConnections(false);
    await harness.cutConnections('waybill outbox listener');
    await until('it is not shown', async () => (await shown()) === 0);
    await harness.allowConnections(true);
    await until('it is shown again', shown);
  });
});
