import { type FreshDatabase, until } from '@waybill/testing';
import type pg from 'pg';
import { ApiProcess } from './api-process.fixture.js';
import { orderDatabase } from './order-api.fixture.js';

const COPIES = 50;
const NAMES = ['order-api 1', 'order-api 2', 'order-api 3'];

/** Where a transaction can be paused: the number of the advisory lock that a trigger acquires there. */
const PAUSES = { 'at its insert': 1, 'at its commit': 2 };
type Pause = keyof typeof PAUSES;
const TRIGGERS = `
  CREATE FUNCTION pause_here() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END';
  CREATE TRIGGER at_its_insert BEFORE INSERT ON orders
    FOR EACH ROW EXECUTE FUNCTION pause_here(${PAUSES['at its insert']});
  CREATE CONSTRAINT TRIGGER at_its_commit AFTER INSERT ON waybill.idempotency_keys DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pause_here(${PAUSES['at its commit']})`;

/** The headers that belong to the response; the others concern the connection and the time. */
const HEADERS = ['content-type', 'content-length', 'location'];

interface PlacedCopy {
  /** Status, headers and body, as text for comparison. */
  response: string;
  replayed: boolean;
  /** Processes whose connection broke before they responded. */
  brokenBy: string[];
}

let database: FreshDatabase;
let holder: pg.PoolClient;
const running = new Map<string, ApiProcess>();

beforeAll(async () => {
  database = await orderDatabase();
  await database.pool.query(TRIGGERS);
});

beforeEach(async () => {
  await database.pool.query('TRUNCATE orders, waybill.outbox, waybill.idempotency_keys CASCADE');
  holder = await database.pool.connect();
  const missing = NAMES.filter((name) => !running.has(name));
  await Promise.all(missing.map(async (name) => running.set(name, await ApiProcess.start(name, patientUrl()))));
});

afterEach(() => holder.release(true)); // its locks end with the session

afterAll(async () => {
  await Promise.all([...running.values()].map((api) => api.kill()));
  await database.drop();
});

/** A transaction is paused until its process is killed, however long that takes: not until its statement is. */
function patientUrl(): string {
  const url = new URL(database.url);
  for (const timeout of ['statement_timeout', 'query_timeout']) url.searchParams.set(timeout, '60000');
  return url.href;
}

/**
 * The processes that wait for an advisory lock: at the pause, or for the key. One that has waited for less than half a second
 * may still give up: a group of keys waits no longer, its members then wait separately.
 */
async function waiting(where: Pause | 'for the key'): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string; number: number }>(
    `SELECT application_name AS name, CASE WHEN classid = 0 THEN objid::int ELSE 0 END AS number
     FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
       AND clock_timestamp() - waitstart > interval '500 ms'`,
  );
  const number = where === 'for the key' ? 0 : PAUSES[where];
  return rows.filter((row) => row.number === number).map(({ name }) => name);
}

async function kill(name: string): Promise<void> {
  const api = running.get(name)!;
  running.delete(name);
  await api.kill();
}

/** A client that retries at another process when its connection breaks or its key is in flight, until it has a response. */
async function place(key: string, copy: number): Promise<PlacedCopy> {
  const brokenBy: string[] = [];
  let tries = 0;
  return until(`copy ${copy} has a response`, async () => {
    const alive = [...running.values()];
    const { name, url } = alive[(copy + tries++) % alive.length]!;
    try {
      const response = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({
          customerId: 'cus_1',
          email: 'ada@example.com',
          items: [{ sku: 'BOOK-001', quantity: 2 }],
          paymentToken: 'tok_ok',
        }),
      });
      const body = await response.text();
      if (isTryAgain(response)) return false;
      const headers = HEADERS.map((header) => response.headers.get(header));
      const replayed = response.headers.get('idempotency-replayed') === 'true';
      return { response: JSON.stringify([response.status, ...headers, body]), replayed, brokenBy };
    } catch {
      brokenBy.push(name);
      return false;
    }
  });
}

/** In flight, or a database that is too busy. */
const isTryAgain = ({ status, headers }: Response) =>
  [409, 503].includes(status) && Number(headers.get('retry-after')) > 0;

const count = async (table: string): Promise<number> =>
  (await database.pool.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;

describe('50 copies of a request with a key, sent concurrently to three processes', () => {
  it.each<[string, Pause, 'first' | 'waiting', number]>([
    ['that is at its insert', 'at its insert', 'first', 1],
    ['that is at its insert', 'at its insert', 'first', 1],
    ['that is at its commit', 'at its commit', 'first', 0],
    ['that is at its commit', 'at its commit', 'first', 0],
    ['whose copies wait for the first', 'at its insert', 'waiting', 1],
    ['whose copies wait for the first', 'at its commit', 'waiting', 1],
  ])('make one order and get the same response when kill -9 hits the process %s', async (_, pause, target, firsts) => {
    await holder.query('SELECT pg_advisory_lock($1)', [PAUSES[pause]]);
    const key = crypto.randomUUID();
    const copies = Promise.all(Array.from({ length: COPIES }, (_, copy) => place(key, copy)));
    copies.catch(() => {}); // awaited below

    const [first] = await until('one is paused', async () => {
      const paused = await waiting(pause);
      return paused.length > 0 && paused;
    });
    await until('copies wait in all three processes', async () => new Set(await waiting('for the key')).size === 3);
    const victim = target === 'first' ? first! : NAMES.find((name) => name !== first)!;
    await kill(victim);
    await holder.query('SELECT pg_advisory_unlock($1)', [PAUSES[pause]]);

    const placed = await copies;
    expect(new Set(placed.map(({ response }) => response)).size).toBe(1);
    expect(JSON.parse(placed[0]!.response)).toEqual([
      202,
      'application/json; charset=utf-8',
      expect.any(String),
      expect.stringMatching(/^\/orders\/[\w-]{36}$/),
      expect.stringContaining('"status":"PENDING"'),
    ]);
    expect(placed.filter(({ replayed }) => !replayed)).toHaveLength(firsts);
    expect(new Set(placed.flatMap(({ brokenBy }) => brokenBy))).toEqual(new Set([victim]));
    expect(await count('orders')).toBe(1);
    expect(await count('waybill.outbox')).toBe(2);
    expect(await count('waybill.idempotency_keys')).toBe(1);
  });
});
