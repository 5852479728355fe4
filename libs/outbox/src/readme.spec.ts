import { readFileSync } from 'node:fs';
import { freshDatabase, transaction, until } from '@waybill/testing';
import { FakeBroker, TestLogger } from './outbox-harness.fixture.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { pay, startRelay } from './readme.example.js';
import { pgTx, type Tx } from './tx.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the README', () => {
  it('shows the code that is run here, verbatim', () => {
    const shown = [...read('src/readme.example.ts').matchAll(/\/\/ README: .*\n([\s\S]*?)\n\/\/ end/g)];
    expect(shown).toHaveLength(2);
    for (const [, code] of shown) expect(read('README.md')).toContain(code);
  });

  it('changes an order and publishes to both brokers, if and only if its transaction commits', async () => {
    const { pool, url, drop } = await freshDatabase();
    await pool.query(
      `CREATE TABLE orders (id text, status text); INSERT INTO orders VALUES ('o1', 'NEW'), ('o2', 'NEW')`,
    );
    const [kafka, rabbitmq] = [new FakeBroker(), new FakeBroker()];
    const relay = await startRelay({ pool, connectionString: url, kafka, rabbitmq, logger: new TestLogger() });

    const run = <T>(work: (tx: Tx) => Promise<T>) => transaction(pool, (client) => work(pgTx(client)));
    const failing = run(async (tx) => {
      await pay({ transaction: (work) => work(tx) }, new PostgresOutbox(), 'o1');
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await pay({ transaction: run }, new PostgresOutbox(), 'o2');

    await until('both brokers have received it', () => kafka.received.length > 0 && rabbitmq.received.length > 0);
    expect([...kafka.received, ...rabbitmq.received].map(({ destination, key }) => [destination, key])).toEqual([
      ['orders.events', 'o2'],
      ['inventory.ship', 'o2'],
    ]);
    expect((await pool.query('SELECT * FROM orders ORDER BY id')).rows.map(({ status }) => status)).toEqual([
      'NEW',
      'PAID',
    ]);
    await relay.stop();
    await drop();
  });
});
