import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { PgDatabase } from './pg-database.js';

let fresh: FreshDatabase;
let database: PgDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
  await fresh.pool.query('CREATE TABLE notes (note text PRIMARY KEY)');
  database = new PgDatabase(fresh.pool);
});
afterAll(() => fresh.drop());

const insert = 'INSERT INTO notes VALUES ($1)';
const notes = async () => (await database.autocommit.query<{ note: string }>('SELECT note FROM notes')).rows;

describe('a PgDatabase', () => {
  it('commits when the work resolves, and returns its result', async () => {
    const result = await database.transaction(async (tx) => (await tx.query(insert, ['kept'])).rowCount);
    expect([result, await notes()]).toEqual([1, [{ note: 'kept' }]]);
  });

  it('rolls back when the work rejects, with its error', async () => {
    const failing = database.transaction(async (tx) => {
      await tx.query(insert, ['lost']);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await notes()).toEqual([{ note: 'kept' }]);
  });

  it('rejects when the work has swallowed the error of a statement: nothing is committed then', async () => {
    const swallowing = database.transaction(async (tx) => {
      await tx.query(insert, ['lost']);
      await tx.query(insert, ['kept']).catch(() => {});
    });
    await expect(swallowing).rejects.toThrow('rolled back');
    expect(await notes()).toEqual([{ note: 'kept' }]);
  });

  it('survives a connection that breaks in a transaction, and uses another one next', async () => {
    const broken = database.transaction((tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(broken).rejects.toThrow();
    expect(await notes()).toEqual([{ note: 'kept' }]);
  });
});
