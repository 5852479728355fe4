import { transaction } from '@waybill/testing';
import { outboxBacklog } from './backlog.js';
import { FakeBroker, message, OutboxHarness, series } from './outbox-harness.fixture.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { pgTx, type Tx } from './tx.js';

describe('the outbox', () => {
  let harness: OutboxHarness;
  beforeAll(async () => {
    harness = await OutboxHarness.open();
  });
  afterEach(() => harness.clean());
  afterAll(() => harness.close());

  it('publishes what committed, unchanged: id, destination, key, headers and bytes', async () => {
    const broker = new FakeBroker();
    const sent = message('', {
      key: null,
      headers: { 'cloudEvents:type': 'waybill.Ünïcode.v1', empty: '' },
      body: Uint8Array.from({ length: 256 }, (_, byte) => byte).subarray(3),
    });
    await harness.relay(broker);
    await harness.send([sent]);
    await harness.untilEmpty();
    const { id, target, destination, key, headers, body } = broker.received[0]!;
    expect({ id, target, destination, key, headers, body: Uint8Array.from(body) }).toEqual(sent);
  });

  it('never publishes what was rolled back', async () => {
    const broker = new FakeBroker();
    await harness.relay(broker);
    await harness.send([message('rolled back')], 'ROLLBACK');
    await harness.send([message('committed')]);
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(['committed']);
  });

  it('writes concurrent messages in one statement, in their order', async () => {
    const statements: string[] = [];
    await transaction(harness.database.pool, async (client) => {
      const { query } = pgTx(client);
      const tx: Tx = {
        query: (sql, params) => {
          statements.push(sql);
          return query(sql, params);
        },
      };
      const outbox = new PostgresOutbox();
      await Promise.all([outbox.add(tx, message('a'), message('b')), outbox.add(tx, message('c'))]);
    });
    expect(statements).toHaveLength(1);
    const broker = new FakeBroker();
    await harness.relay(broker);
    await harness.untilEmpty();
    expect(broker.received.map(({ body }) => Buffer.from(body).toString())).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order of the messages of one call', async () => {
    const broker = new FakeBroker();
    const bodies = series('m', 1_000);
    await harness.send(bodies.map((body) => message(body)));
    await harness.relay(broker);
    await harness.untilEmpty();
    expect(broker.firstArrivals()).toEqual(bodies);
  });

  it('reports size and age of the backlog', async () => {
    expect(await outboxBacklog(harness.database.pool)).toEqual({ count: 0, oldestAgeSeconds: 0 });
    await harness.send([message('a'), message('b', { destination: 'mail' }), message('c', { target: 'other' })]);
    await harness.database.pool.query(
      `UPDATE waybill.outbox SET created_at = now() - interval '90s' WHERE target = 'other'`,
    );
    const { count, oldestAgeSeconds } = await outboxBacklog(harness.database.pool);
    expect(count).toBe(3);
    expect(oldestAgeSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestAgeSeconds).toBeLessThan(120);
  });
});
