import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import { allEnded, GroupCommit } from './group-commit.js';
import { pgTx, type TransactionRunner, type Tx } from './tx.js';

let fresh: FreshDatabase;
let database: TransactionRunner;
let begun: number;
let together: GroupCommit<string>;

/** What each item does beside its effect. */
let also: Record<string, (tx: Tx) => Promise<unknown>>;

beforeAll(async () => {
  fresh = await freshDatabase();
  await fresh.pool.query('CREATE TABLE effects (place bigserial PRIMARY KEY, what text NOT NULL)');
  database = { transaction: (work) => transaction(fresh.pool, (client) => work(pgTx(client))) };
});
beforeEach(async () => {
  await fresh.pool.query('TRUNCATE effects');
  begun = 0;
  also = {};
  together = groupsOf({ longestWait: 60_000 });
});
afterAll(() => fresh.drop());

function groupsOf(options: { longestWait?: number }): GroupCommit<string> {
  const counted: TransactionRunner = {
    transaction(work) {
      begun++;
      return database.transaction(work);
    },
  };
  return new GroupCommit({
    database: counted,
    size: 10,
    atOnce: 1,
    ...options,
    async work(tx, items) {
      for (const item of items) {
        await effect(tx, item);
        await also[item]?.(tx);
      }
    },
  });
}

const effect = (tx: Tx, what: string) => tx.query('INSERT INTO effects (what) VALUES ($1)', [what]);

async function effects(): Promise<string[]> {
  const { rows } = await fresh.pool.query<{ what: string }>('SELECT what FROM effects ORDER BY place');
  return rows.map(({ what }) => what);
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `effect ${n}`);
const doAll = (items: string[]) => Promise.all(items.map((item) => together.do(item)));

describe('what comes at the same time', () => {
  it('is one transaction, in its order', async () => {
    await doAll(names(10));
    expect(await effects()).toEqual(names(10));
    expect(begun).toBe(1);
  });

  it('is several when it is too much', async () => {
    await doAll(names(25));
    expect(await effects()).toEqual(names(25));
    expect(begun).toBe(3);
  });

  it('does not wait for company', async () => {
    for (const item of names(3)) await together.do(item);
    expect(begun).toBe(3);
  });

  it.each<[string, (tx: Tx) => Promise<unknown>]>([
    ['throws', () => Promise.reject(new Error('a blip'))],
    ['breaks the transaction with its SQL', (tx) => tx.query('SELECT no_such_column')],
    ['breaks its connection', (tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())')],
  ])('fails alone when one %s: the others take effect once, and nothing of it is kept', async (_, failure) => {
    also.failing = failure;
    const outcomes = await Promise.allSettled(['before', 'failing', 'after'].map((item) => together.do(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await effects()).toSorted()).toEqual(['after', 'before']);
  });

  it('does not wait for one that takes long', async () => {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const { promise: begunLong, resolve: begin } = Promise.withResolvers<void>();
    also.long = () => {
      begin();
      return over;
    };
    together = groupsOf({});
    const long = together.do('long');
    await begunLong;
    await together.do('short');
    expect(await effects()).toEqual(['short']);
    end();
    await long;
  });

  it('is done side by side, up to a number', async () => {
    let running = 0;
    let most = 0;
    const side = new GroupCommit<string>({
      database,
      size: 1,
      atOnce: 3,
      longestWait: 60_000,
      async work(tx) {
        most = Math.max(most, ++running);
        await tx.query('SELECT pg_sleep(0.02)');
        running--;
      },
    });
    await Promise.all(names(9).map((item) => side.do(item)));
    expect(most).toBe(3);
  });
});

describe('works side by side', () => {
  it('fail together, when the last of them has ended', async () => {
    let ended = false;
    const slow = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      ended = true;
    });
    await expect(allEnded([Promise.reject(new Error('a blip')), slow])).rejects.toThrow('a blip');
    expect(ended).toBe(true);
    expect(await allEnded([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
  });
});
