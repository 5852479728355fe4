import { FakeBroker, message, OutboxHarness } from './outbox-harness.fixture.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { pgTx } from './tx.js';

const KEYS = Array.from({ length: 20 }, (_, i) => `order-${i}`);

describe('order and concurrent relays', () => {
  let harness: OutboxHarness;
  beforeAll(async () => {
    harness = await OutboxHarness.open();
    await harness.database.pool.query('CREATE TABLE orders (id text PRIMARY KEY, version int NOT NULL DEFAULT 0)');
    await harness.database.pool.query('INSERT INTO orders (id) SELECT unnest($1::text[])', [KEYS]);
  });
  beforeEach(() => harness.database.pool.query('UPDATE orders SET version = 0'));
  afterEach(() => harness.clean());
  afterAll(() => harness.close());

  /** Writers that change an order under its row lock and send its version: commit order is version order. */
  async function write(changes: number): Promise<void> {
    const outbox = new PostgresOutbox();
    await Promise.all(Array.from({ length: 10 }, writer));

    async function writer() {
      const client = await harness.database.pool.connect();
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
  async function expectAllInOrder(broker: FakeBroker): Promise<void> {
    const { rows } = await harness.database.pool.query<{ id: string; version: number }>(
      'SELECT id, version FROM orders',
    );
    for (const { id, version } of rows) {
      const versions = broker.firstArrivals().filter((body) => body.startsWith(`${id}/`));
      expect(versions).toEqual(Array.from({ length: version }, (_, i) => `${id}/${i + 1}`));
    }
  }

  it('publishes each key in commit order while many writers commit', async () => {
    const broker = new FakeBroker();
    await harness.relay(broker, { batchSize: 20 });
    await write(500);
    await harness.untilEmpty();
    await expectAllInOrder(broker);
    expect(broker.received).toHaveLength(500);
  });

  it('loses and reorders nothing while concurrent relays start, stop and lose their connections', async () => {
    const broker = new FakeBroker();
    await harness.relay(broker, { batchSize: 20 });
    await harness.relay(broker, { batchSize: 20 });
    const leaving = await harness.relay(broker, { batchSize: 20 });
    const writing = write(1_500);
    await leaving.stop();
    await harness.cutConnections();
    await harness.relay(broker, { batchSize: 20 });
    await writing;
    await harness.cutConnections();
    await harness.untilEmpty();
    await expectAllInOrder(broker);
  });

  it('publishes each message once while nothing fails, however many relays run', async () => {
    const broker = new FakeBroker();
    await Promise.all([harness.relay(broker), harness.relay(broker), harness.relay(broker)]);
    await write(300);
    await harness.untilEmpty();
    expect(broker.received).toHaveLength(300);
  });
});
