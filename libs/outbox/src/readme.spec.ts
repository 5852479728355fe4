import { readFileSync } from 'node:fs';
import { freshDatabase, transaction, until } from '@waybill/testing';
import { PostgresOutbox } from './postgres-outbox.js';
import { pay, startRelay } from './readme.example.js';
import { Broker, Log } from './relay.fixture.js';
import { pgTx, type Tx } from './tx.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the README', () => {
  it('shows the code that is run here, word for word', () => {
    const shown = [...read('src/readme.example.ts').matchAll(/\/\/ README: .*\n([\s\S]*?)\n\/\/ end/g)];
    expect(shown).toHaveLength(2);
    for (const [, code] of shown) expect(read('README.md')).toContain(code);
  });

  it('changes an order and tells both brokers, if and only if its transaction commits', async () => {
    const { pool, url, drop } = await freshDatabase();
    await pool.query(
      `CREATE TABLE orders (id text, status text); INSERT INTO orders VALUES ('o1', 'NEW'), ('o2', 'NEW')`,
    );
    const [kafka, rabbitmq] = [new Broker(), new Broker()];
    const relay = await startRelay({ pool, connectionString: url, kafka, rabbitmq, logger: new Log() });

    const run = <T>(work: (tx: Tx) => Promise<T>) => transaction(pool, (client) => work(pgTx(client)));
    const undone = run(async (tx) => {
      await pay({ transaction: (work) => work(tx) }, new PostgresOutbox(), 'o1');
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await pay({ transaction: run }, new PostgresOutbox(), 'o2');

    await until('both brokers have it', () => kafka.got.length > 0 && rabbitmq.got.length > 0);
    expect([...kafka.got, ...rabbitmq.got].map(({ destination, key }) => [destination, key])).toEqual([
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
