import type { Tx } from '@waybill/outbox';
import { Expiry } from './expiry.js';
import { PostgresInbox } from './inbox.js';
import {
  countSale,
  creditLocked,
  creditUnguarded,
  keepLatest,
  noteCharge,
  setStock,
  ship,
} from './patterns.example.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { Service } from './transactions.fixture.js';

let service: Service;
beforeEach(async () => {
  service = await Service.open();
  await service.database.pool.query(`
    CREATE TABLE stock (sku text PRIMARY KEY, on_hand int);
    CREATE TABLE products (sku text PRIMARY KEY, name text, version int);
    CREATE TABLE orders (id text PRIMARY KEY, status text);
    CREATE TABLE credits (order_id text);
    CREATE TABLE ledger (order_id text, attempt int, amount int, UNIQUE (order_id, attempt));
    CREATE TABLE sales (sold int);
    INSERT INTO stock VALUES ('BOOK-001', 1);
    INSERT INTO orders VALUES ('o1', 'PAID');
    INSERT INTO sales VALUES (0);`);
});
afterEach(() => service.close());

const commit = <T>(work: (tx: Tx) => Promise<T>) => service.transaction(work);
const twentyTimes = <T>(work: (tx: Tx) => Promise<T>) => Promise.all(Array.from({ length: 20 }, () => commit(work)));
const all = async (sql: string) => (await service.database.pool.query({ text: sql, rowMode: 'array' })).rows;

describe('setting to a value', () => {
  it('has the same effect however often it is done', async () => {
    await twentyTimes((tx) => setStock(tx, 'BOOK-001', 7));
    expect(await all('SELECT on_hand FROM stock')).toEqual([[7]]);
  });

  it('does not suffice where messages arrive out of order: an old one that arrives late wins', async () => {
    await commit((tx) => setStock(tx, 'BOOK-001', 7));
    await commit((tx) => setStock(tx, 'BOOK-001', 5)); // sent earlier, delivered later
    expect(await all('SELECT on_hand FROM stock')).toEqual([[5]]);
  });
});

describe('an upsert that compares versions', () => {
  it('keeps the latest, in whatever order and however often they arrive', async () => {
    for (const version of [2, 1, 3, 3, 1]) await commit((tx) => keepLatest(tx, 'BOOK-001', `name ${version}`, version));
    expect(await all('SELECT name, version FROM products')).toEqual([['name 3', 3]]);
  });
});

describe('a conditional update', () => {
  it('lets one of twenty act', async () => {
    const acted = await twentyTimes((tx) => ship(tx, 'o1'));
    expect(acted.filter(Boolean)).toHaveLength(1);
  });
});

describe('check before act', () => {
  /** Each reads, and continues when both have read. */
  const bothReadFirst = (reads = 0) => {
    let go = () => {};
    const bothRead = new Promise<void>((resolve) => {
      go = resolve;
    });
    return (tx: Tx): Tx => ({
      async query<Row extends object>(sql: string, params?: readonly unknown[]) {
        const result = await tx.query<Row>(sql, params);
        if (!sql.startsWith('SELECT')) return result;
        reads += 1;
        if (reads === 2) go();
        await bothRead;
        return result;
      },
    });
  };

  it('does not suffice without a lock: two that check concurrently both act', async () => {
    const watched = bothReadFirst();
    await Promise.all([1, 2].map(() => commit((tx) => creditUnguarded(watched(tx), 'o1'))));
    expect(await all('SELECT order_id FROM credits')).toHaveLength(2);
  });

  it('suffices under a lock that every writer acquires', async () => {
    await twentyTimes((tx) => creditLocked(tx, 'o1'));
    expect(await all('SELECT order_id FROM credits')).toHaveLength(1);
  });
});

describe('a unique constraint on what the business calls the same', () => {
  it('lets one of twenty act', async () => {
    const acted = await twentyTimes((tx) => noteCharge(tx, 'o1', 1, 2_500));
    expect(acted.filter(Boolean)).toHaveLength(1);
  });

  it('still holds when the key of the request has long expired', async () => {
    const request = { scope: 'POST /charges', key: 'k1', fingerprint: 'a' };
    const charge = () =>
      new PostgresIdempotencyKeys().once(service, request, async (tx) => {
        await noteCharge(tx, 'o1', 1, 2_500);
        return { status: 200, headers: {}, body: Buffer.alloc(0) };
      });
    await charge();
    await all(`UPDATE waybill.idempotency_keys SET created_at = now() - interval '2 days'`);
    await new Expiry({ database: service.database.pool, logger: { warn() {} } }).expire();

    expect((await charge()).replayed).toBe(false); // the key has expired
    expect(await all('SELECT amount FROM ledger')).toEqual([[2_500]]); // the ledger has not
  });
});

describe('the inbox', () => {
  it('makes an increment count once per message', async () => {
    await twentyTimes((tx) => countSale(tx, new PostgresInbox(), 'm1', 3));
    await commit((tx) => countSale(tx, new PostgresInbox(), 'm2', 4));
    expect(await all('SELECT sold FROM sales')).toEqual([[7]]);
  });
});
