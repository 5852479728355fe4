import { transaction } from '@waybill/testing';
import { outboxBacklog } from './backlog.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { Broker, message, Shop, series } from './relay.fixture.js';
import { pgTx, type Tx } from './tx.js';

describe('the outbox', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterEach(() => shop.clean());
  afterAll(() => shop.close());

  it('publishes what committed, whole: id, place, key, headers and bytes', async () => {
    const broker = new Broker();
    const sent = message('', {
      key: null,
      headers: { 'cloudEvents:type': 'waybill.Ünïcode.v1', empty: '' },
      body: Uint8Array.from({ length: 256 }, (_, byte) => byte).subarray(3),
    });
    await shop.relay(broker);
    await shop.send([sent]);
    await shop.untilEmpty();
    const { id, target, destination, key, headers, body } = broker.got[0]!;
    expect({ id, target, destination, key, headers, body: Uint8Array.from(body) }).toEqual(sent);
  });

  it('never publishes what was rolled back', async () => {
    const broker = new Broker();
    await shop.relay(broker);
    await shop.send([message('undone')], 'ROLLBACK');
    await shop.send([message('done')]);
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(['done']);
  });

  it('writes in one statement what is added at the same time, in that order', async () => {
    const statements: string[] = [];
    await transaction(shop.database.pool, async (client) => {
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
    const broker = new Broker();
    await shop.relay(broker);
    await shop.untilEmpty();
    expect(broker.got.map(({ body }) => Buffer.from(body).toString())).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order in which the messages of one call were given', async () => {
    const broker = new Broker();
    const bodies = series('m', 1_000);
    await shop.send(bodies.map((body) => message(body)));
    await shop.relay(broker);
    await shop.untilEmpty();
    expect(broker.firsts()).toEqual(bodies);
  });

  it('says how much waits and for how long, for refusing new work', async () => {
    expect(await outboxBacklog(shop.database.pool)).toEqual({ count: 0, oldestAgeSeconds: 0 });
    await shop.send([message('a'), message('b', { destination: 'mail' }), message('c', { target: 'other' })]);
    await shop.database.pool.query(
      `UPDATE waybill.outbox SET created_at = now() - interval '90s' WHERE target = 'other'`,
    );
    const { count, oldestAgeSeconds } = await outboxBacklog(shop.database.pool);
    expect(count).toBe(3);
    expect(oldestAgeSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestAgeSeconds).toBeLessThan(120);
  });
});
