import { PostgresOutbox } from './postgres-outbox.js';
import { Broker, message, Shop } from './relay.fixture.js';
import { pgTx } from './tx.js';

const KEYS = Array.from({ length: 20 }, (_, i) => `order-${i}`);

describe('order and relays side by side', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
    await shop.database.pool.query('CREATE TABLE orders (id text PRIMARY KEY, version int NOT NULL DEFAULT 0)');
    await shop.database.pool.query('INSERT INTO orders (id) SELECT unnest($1::text[])', [KEYS]);
  });
  beforeEach(() => shop.database.pool.query('UPDATE orders SET version = 0'));
  afterEach(() => shop.clean());
  afterAll(() => shop.close());

  /** Writers that change an order under its row lock and tell its version: commit order is version order. */
  async function write(changes: number): Promise<void> {
    const outbox = new PostgresOutbox();
    await Promise.all(Array.from({ length: 10 }, writer));

    async function writer() {
      const client = await shop.database.pool.connect();
      for (let i = 0; i < changes / 10; i++) {
        const key = KEYS[Math.floor(Math.random() * KEYS.length)]!;
        await client.query('BEGIN');
        const { rows } = await client.query('UPDATE orders SET version = version + 1 WHERE id = $1 RETURNING version', [
          key,
        ]);
        await outbox.add(pgTx(client), message(`${key}/${rows[0].version}`, { key }));
        await client.query('COMMIT');
      }
      client.release();
    }
  }

  /** Each order's versions, by first arrival, must be 1, 2, 3, ... to the last. */
  async function expectAllInOrder(broker: Broker): Promise<void> {
    const { rows } = await shop.database.pool.query<{ id: string; version: number }>('SELECT id, version FROM orders');
    for (const { id, version } of rows) {
      const versions = broker.firsts().filter((body) => body.startsWith(`${id}/`));
      expect(versions).toEqual(Array.from({ length: version }, (_, i) => `${id}/${i + 1}`));
    }
  }

  it('publishes each key in commit order while many writers commit', async () => {
    const broker = new Broker();
    await shop.relay(broker, { batchSize: 20 });
    await write(500);
    await shop.untilEmpty();
    await expectAllInOrder(broker);
    expect(broker.got).toHaveLength(500);
  });

  it('loses and reorders nothing with relays side by side that come, go and lose their connections', async () => {
    const broker = new Broker();
    await shop.relay(broker, { batchSize: 20 });
    await shop.relay(broker, { batchSize: 20 });
    const leaving = await shop.relay(broker, { batchSize: 20 });
    const writing = write(1_500);
    await leaving.stop();
    await shop.cutConnections();
    await shop.relay(broker, { batchSize: 20 });
    await writing;
    await shop.cutConnections();
    await shop.untilEmpty();
    await expectAllInOrder(broker);
  });

  it('publishes each message once while nothing fails, however many relays there are', async () => {
    const broker = new Broker();
    await Promise.all([shop.relay(broker), shop.relay(broker), shop.relay(broker)]);
    await write(300);
    await shop.untilEmpty();
    expect(broker.got).toHaveLength(300);
  });
});
