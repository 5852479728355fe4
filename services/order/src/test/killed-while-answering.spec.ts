import { migrateService } from '@waybill/platform';
import { type FreshDatabase, freshDatabase, until } from '@waybill/testing';
import type pg from 'pg';
import { ApiProcess } from './api-process.fixture.js';

const COPIES = 50;
const NAMES = ['order-api 1', 'order-api 2', 'order-api 3'];

/** Where a transaction can be made to wait: the number of an advisory lock that a trigger asks for. */
const PLACES = { 'in the work': 1, 'at its commit': 2 };
type Place = keyof typeof PLACES;
const TRIGGERS = `
  CREATE FUNCTION wait_for() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END';
  CREATE TRIGGER in_the_work BEFORE INSERT ON orders
    FOR EACH ROW EXECUTE FUNCTION wait_for(${PLACES['in the work']});
  CREATE CONSTRAINT TRIGGER at_its_commit AFTER INSERT ON waybill.idempotency_keys DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_for(${PLACES['at its commit']})`;

/** What goes with an answer; the rest of its headers is about the connection and the moment. */
const HEADERS = ['content-type', 'content-length', 'location'];

interface Answered {
  /** Status, headers and body, as text to be compared. */
  answer: string;
  replayed: boolean;
  /** Whose connection broke under the request before it was answered. */
  brokenBy: string[];
}

let database: FreshDatabase;
let holder: pg.PoolClient;
const running = new Map<string, ApiProcess>();

beforeAll(async () => {
  database = await freshDatabase();
  await migrateService({ url: database.url, folder: new URL('../../', import.meta.url) });
  await database.pool.query(`INSERT INTO catalogue VALUES ('BOOK-001', 'Emma', 1250, 'EUR')`);
  await database.pool.query('INSERT INTO catalogue_progress (read_to_the_end) VALUES (now())');
  await database.pool.query(TRIGGERS);
});

beforeEach(async () => {
  await database.pool.query('TRUNCATE orders, waybill.outbox, waybill.idempotency_keys CASCADE');
  holder = await database.pool.connect();
  const missing = NAMES.filter((name) => !running.has(name));
  await Promise.all(missing.map(async (name) => running.set(name, await ApiProcess.start(name, database.url))));
});

afterEach(() => holder.release(true)); // with its session go its locks

afterAll(async () => {
  await Promise.all([...running.values()].map((api) => api.kill()));
  await database.drop();
});

/** Who waits for an advisory lock, by the names of their connections: at the place, or for the key. */
async function waiting(where: Place | 'for the key'): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string; number: number }>(
    `SELECT application_name AS name, CASE WHEN classid = 0 THEN objid::int ELSE 0 END AS number
     FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
  );
  const number = where === 'for the key' ? 0 : PLACES[where];
  return rows.filter((row) => row.number === number).map(({ name }) => name);
}

async function kill(name: string): Promise<void> {
  const api = running.get(name)!;
  running.delete(name);
  await api.kill();
}

/** A client that asks another process when its connection breaks or its key is in flight, until it has its answer. */
async function place(key: string, copy: number): Promise<Answered> {
  const brokenBy: string[] = [];
  let tries = 0;
  return until(
    `copy ${copy} is answered`,
    async () => {
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
        if (response.status === 409 && Number(response.headers.get('retry-after')) > 0) return false;
        const headers = HEADERS.map((header) => response.headers.get(header));
        const replayed = response.headers.get('idempotency-replayed') === 'true';
        return { answer: JSON.stringify([response.status, ...headers, body]), replayed, brokenBy };
      } catch {
        brokenBy.push(name);
        return false;
      }
    },
    { within: '50s' },
  );
}

const count = async (table: string): Promise<number> =>
  (await database.pool.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;

describe('50 copies of a request with a key, to three processes at once', () => {
  it.each<[string, Place, 'at work' | 'waiting', number]>([
    ['that is in its work', 'in the work', 'at work', 1],
    ['that is in its work', 'in the work', 'at work', 1],
    ['whose commit is under way', 'at its commit', 'at work', 0],
    ['whose commit is under way', 'at its commit', 'at work', 0],
    ['whose copies wait for the first', 'in the work', 'waiting', 1],
    ['whose copies wait for the first', 'at its commit', 'waiting', 1],
  ])('make one order and get the first answer, when kill -9 hits the process %s', async (_, where, whom, firsts) => {
    await holder.query('SELECT pg_advisory_lock($1)', [PLACES[where]]);
    const key = crypto.randomUUID();
    const copies = Promise.all(Array.from({ length: COPIES }, (_, copy) => place(key, copy)));
    copies.catch(() => {}); // looked at below

    const [atWork] = await until('one is at work', async () => {
      const there = await waiting(where);
      return there.length > 0 && there;
    });
    await until('all three have copies that wait', async () => new Set(await waiting('for the key')).size === 3);
    const victim = whom === 'at work' ? atWork! : NAMES.find((name) => name !== atWork)!;
    await kill(victim);
    await holder.query('SELECT pg_advisory_unlock($1)', [PLACES[where]]);

    const answered = await copies;
    expect(new Set(answered.map(({ answer }) => answer)).size).toBe(1);
    expect(JSON.parse(answered[0]!.answer)).toEqual([
      202,
      'application/json; charset=utf-8',
      expect.any(String),
      expect.stringMatching(/^\/orders\/[\w-]{36}$/),
      expect.stringContaining('"status":"PENDING"'),
    ]);
    expect(answered.filter(({ replayed }) => !replayed)).toHaveLength(firsts);
    expect(new Set(answered.flatMap(({ brokenBy }) => brokenBy))).toEqual(new Set([victim]));
    expect(await count('orders')).toBe(1);
    expect(await count('waybill.outbox')).toBe(2);
    expect(await count('waybill.idempotency_keys')).toBe(1);
  });
});
