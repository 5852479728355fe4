import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import { GroupCommit } from './group-commit.js';
import { pgTx, type TransactionRunner, type Tx } from './tx.js';

let fresh: FreshDatabase;
let database: TransactionRunner;
let transactions: number;
let groups: GroupCommit<string>;

/** What some items do besides their effect. */
let extraWork: Record<string, (tx: Tx) => Promise<unknown>>;

beforeAll(async () => {
  fresh = await freshDatabase();
  await fresh.pool.query('CREATE TABLE effects (place bigserial PRIMARY KEY, what text NOT NULL)');
  database = { transaction: (work) => transaction(fresh.pool, (client) => work(pgTx(client))) };
});
beforeEach(async () => {
  await fresh.pool.query('TRUNCATE effects');
  transactions = 0;
  extraWork = {};
  groups = groupCommit({ maxWait: 60_000 });
});
afterAll(() => fresh.drop());

function groupCommit(options: { maxWait?: number }): GroupCommit<string> {
  const counted: TransactionRunner = {
    transaction(work) {
      transactions++;
      return database.transaction(work);
    },
  };
  return new GroupCommit({
    database: counted,
    size: 10,
    concurrency: 1,
    ...options,
    async work(tx, items) {
      for (const item of items) {
        await effect(tx, item);
        await extraWork[item]?.(tx);
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
const doAll = (items: string[]) => Promise.all(items.map((item) => groups.do(item)));

describe('group commit of concurrent items', () => {
  it('is one transaction, in their order', async () => {
    await doAll(names(10));
    expect(await effects()).toEqual(names(10));
    expect(transactions).toBe(1);
  });

  it('is several transactions when they exceed the size', async () => {
    await doAll(names(25));
    expect(await effects()).toEqual(names(25));
    expect(transactions).toBe(3);
  });

  it('does not delay a single item', async () => {
    for (const item of names(3)) await groups.do(item);
    expect(transactions).toBe(3);
  });

  it.each<[string, (tx: Tx) => Promise<unknown>]>([
    ['throws', () => Promise.reject(new Error('a blip'))],
    ['breaks the transaction with its SQL', (tx) => tx.query('SELECT no_such_column')],
    ['breaks its connection', (tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())')],
  ])('rolls back only the item that %s, and the others take effect once', async (_, failure) => {
    extraWork.failing = failure;
    const outcomes = await Promise.allSettled(['before', 'failing', 'after'].map((item) => groups.do(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await effects()).toSorted()).toEqual(['after', 'before']);
  });

  it('does not make an item wait for a slow group', async () => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    extraWork.slow = () => {
      start();
      return finished;
    };
    groups = groupCommit({});
    const slow = groups.do('slow');
    await started;
    await groups.do('quick');
    expect(await effects()).toEqual(['quick']);
    finish();
    await slow;
  });

  it('runs concurrent transactions up to a limit', async () => {
    let running = 0;
    let most = 0;
    const limited = new GroupCommit<string>({
      database,
      size: 1,
      concurrency: 3,
      maxWait: 60_000,
      async work(tx) {
        most = Math.max(most, ++running);
        await tx.query('SELECT pg_sleep(0.02)');
        running--;
      },
    });
    await Promise.all(names(9).map((item) => limited.do(item)));
    expect(most).toBe(3);
  });
});
