import type { TransactionRunner, Tx } from '@waybill/outbox';
import { GroupCommit } from './group-commit.js';
import { consumerDatabase, effect, effects } from './workbench.fixture.js';

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let begun: number;
let together: GroupCommit<string>;

/** What each item does beside its effect. */
let also: Record<string, (tx: Tx) => Promise<unknown>>;

beforeAll(async () => {
  database = await consumerDatabase();
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE effects');
  begun = 0;
  also = {};
  const counted: TransactionRunner = {
    transaction(work) {
      begun++;
      return database.transaction(work);
    },
  };
  together = new GroupCommit({
    database: counted,
    size: 10,
    atOnce: 1,
    async work(tx, items) {
      for (const item of items) {
        await effect(tx, item);
        await also[item]?.(tx);
      }
    },
  });
});
afterAll(() => database.drop());

const names = (count: number) => Array.from({ length: count }, (_, n) => `effect ${n}`);
const doAll = (items: string[]) => Promise.all(items.map((item) => together.do(item)));

describe('what comes at the same time', () => {
  it('is one transaction, in its order', async () => {
    await doAll(names(10));
    expect(await effects(database)).toEqual(names(10));
    expect(begun).toBe(1);
  });

  it('is several when it is too much', async () => {
    await doAll(names(25));
    expect(await effects(database)).toEqual(names(25));
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
    expect(await effects(database)).toEqual(['before', 'after']);
  });

  it('is done side by side, up to a number', async () => {
    let running = 0;
    let most = 0;
    const side = new GroupCommit<string>({
      database,
      size: 1,
      atOnce: 3,
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
