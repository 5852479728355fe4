import { faultOf } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, TcpProxy, until } from '@waybill/testing';
import { Database } from './database.js';

const warnings: object[] = [];
const logger = { debug() {}, info() {}, warn: (fields: object) => warnings.push(fields), error() {} };
let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = new Database({ url: fresh.url, logger, connections: 1 });
  await fresh.pool.query('CREATE TABLE things (id integer)');
});

afterAll(async () => {
  await database.close();
  await fresh.drop();
});

const add = (id: number) =>
  database.transaction((tx) =>
    tx.query('INSERT INTO things VALUES ($1) RETURNING *', [id]).then(({ rows }) => rows[0]),
  );

describe('a transaction of a service', () => {
  it('prepares each of its statements once per connection', async () => {
    for (const id of [1, 2, 3]) await add(id);
    const { rows } = await database.autocommit.query(
      `SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO things%'`,
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('fails once per connection, not for ever, when a migration has changed what a statement returns', async () => {
    await add(4);
    await fresh.pool.query('ALTER TABLE things ADD COLUMN name text');
    await expect(add(5)).rejects.toThrow('cached plan');
    expect(await add(5)).toEqual({ id: 5, name: null });
  });

  it('fails once per connection outside a transaction as well', async () => {
    const all = () => database.autocommit.query('SELECT * FROM things');
    await all();
    await fresh.pool.query('ALTER TABLE things ADD COLUMN price integer');
    await expect(all()).rejects.toThrow('cached plan');
    expect((await all()).rows[0]).toHaveProperty('price');
  });

  it('is rolled back when its work rejects', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO things VALUES ($1)', [99]);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    const { rowCount } = await fresh.pool.query('SELECT FROM things WHERE id = 99');
    expect(rowCount).toBe(0);
  });
});

it('rejects when a statement of the transaction failed, even if its error was caught', async () => {
  const work = database.transaction(async (tx) => {
    await tx.query('INSERT INTO things VALUES ($1)', [98]);
    await tx.query('SELECT 1 / 0').catch(() => {});
  });
  await expect(work).rejects.toThrow('rolled back');
  expect((await fresh.pool.query('SELECT FROM things WHERE id = 98')).rowCount).toBe(0);
});

describe('a database that cannot be reached', () => {
  it.each([
    ['whose connection is lost', (proxy: TcpProxy) => proxy.cut()],
    ['that swallows every packet', (proxy: TcpProxy) => proxy.holdEverything()],
  ])(
    '%s is unavailable, by code, within seconds, and used again afterwards',
    async (_, harm) => {
      const url = new URL(fresh.url);
      const proxy = await TcpProxy.to({ host: url.hostname, port: Number(url.port) });
      url.host = `127.0.0.1:${proxy.port}`;
      const distant = new Database({ url: url.href, logger });
      try {
        await distant.autocommit.query('SELECT 1');
        const waiting = distant.autocommit.query('SELECT pg_sleep(4)').catch(faultOf);
        harm(proxy);
        expect(await waiting).toBe('unavailable');
        proxy.restore();
        await until('it answers', () => distant.autocommit.query('SELECT 1').then(Boolean, () => false));
      } finally {
        await distant.close();
        await proxy.close();
      }
    },
    60_000,
  );
});

it('logs why an idle connection was lost, and connects again', async () => {
  const { rows } = await database.autocommit.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await fresh.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
  await until('it is logged', () => warnings.length > 0);
  expect(warnings).toEqual([{ reason: expect.stringContaining('terminating connection') }]);
  await expect(database.autocommit.query('SELECT')).resolves.toBeDefined();
});
