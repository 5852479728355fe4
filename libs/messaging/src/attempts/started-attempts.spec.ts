import { until } from '@waybill/testing';
import { attemptsOn, CONSUMER, type ConsumerDatabase, consumerDatabase } from '../test/workbench.fixture.js';
import type { CrashSuspicion } from './started-attempts.js';

const NOBODY = '1'; // no process has this session

let database: ConsumerDatabase;
const processes: ReturnType<typeof attemptsOn>[] = [];
beforeAll(async () => {
  database = await consumerDatabase();
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((attempts) => attempts.close()));
  await database.pool.query('TRUNCATE waybill.started');
});
afterAll(() => database.drop());

function someProcess(on: Parameters<typeof attemptsOn>[0] = database) {
  const attempts = attemptsOn(on);
  processes.push(attempts);
  return attempts;
}

/** What a process left that died with the message in hand. */
async function leftBehind(id: string, { isolated = false, crashes = 0, waiting = false } = {}): Promise<void> {
  await database.pool.query(
    `INSERT INTO waybill.started (consumer, message_id, session, suspect, isolated, crashes, waiting)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [CONSUMER, id, NOBODY, crashes > 0, isolated, crashes, waiting],
  );
}

const written = async () => {
  const { rows } = await database.pool.query('SELECT message_id AS id FROM waybill.started ORDER BY 1');
  return rows.map(({ id }) => id);
};
const suspicionOf = async (id: string): Promise<CrashSuspicion | undefined> =>
  (await someProcess().begin([id])).get(id);

describe('started attempts', () => {
  it('are written before the message is handled, and gone when it has ended', async () => {
    const attempts = someProcess();
    expect(await attempts.begin(['a', 'b'])).toEqual(new Map());
    expect(await written()).toEqual(['a', 'b']);
    attempts.end(['a']);
    await until('a is gone', async () => (await written()).join() === 'b');
  });

  it('of many messages that start and end at once are one statement', async () => {
    const statements: string[] = [];
    const query: ConsumerDatabase['autocommit']['query'] = (sql, params) => {
      statements.push(sql);
      return database.autocommit.query(sql, params);
    };
    const attempts = someProcess({ pool: database.pool, autocommit: { query } });
    await attempts.begin(['first']);
    statements.length = 0;
    attempts.end(['first']);
    await Promise.all(['a', 'b', 'c'].map((id) => attempts.begin([id])));
    expect(statements).toHaveLength(1);
    expect(await written()).toEqual(['a', 'b', 'c']);
  });

  it('wait for a database that is away', async () => {
    let refusals = 3;
    const query: ConsumerDatabase['autocommit']['query'] = (sql, params) => {
      if (refusals-- > 0) throw new Error('ECONNREFUSED');
      return database.autocommit.query(sql, params);
    };
    await someProcess({ pool: database.pool, autocommit: { query } }).begin(['a']);
    expect(await written()).toEqual(['a']);
  });

  it('make nobody a suspect as long as their process lives, here or elsewhere', async () => {
    const attempts = someProcess();
    await attempts.begin(['a']);
    expect(await attempts.begin(['a'])).toEqual(new Map());
    expect(await suspicionOf('a')).toBeUndefined();
  });

  it('make a suspect of what was in the hands of a process that died', async () => {
    await leftBehind('a');
    expect(await suspicionOf('a')).toEqual({ crashes: 0, waited: false, elsewhere: false });
  });

  it('make a suspect of what the broker says was in hand before, also among others', async () => {
    const attempts = someProcess();
    const [before, now] = await Promise.all([attempts.begin(['a'], { suspects: true }), attempts.begin(['b'])]);
    expect(before.get('a')).toEqual({ crashes: 0, waited: false, elsewhere: false });
    expect(now.has('b')).toBe(false);
  });

  it('count a crash only for what was alone', async () => {
    await leftBehind('in company', { crashes: 1 });
    await leftBehind('alone', { crashes: 1, isolated: true });
    expect(await suspicionOf('in company')).toMatchObject({ crashes: 1 });
    expect(await suspicionOf('alone')).toMatchObject({ crashes: 2 });
  });

  it('know what was sent away after a crash', async () => {
    await leftBehind('a', { isolated: true });
    const first = someProcess();
    await first.begin(['a']);
    await first.wait('a');
    first.end(['a']);
    await first.close();
    expect(await suspicionOf('a')).toEqual({ crashes: 1, waited: true, elsewhere: false });
  });

  it('leave alone what a living process is alone with', async () => {
    const other = someProcess();
    await other.begin(['a']);
    await other.enterIsolation('a');
    expect(await suspicionOf('a')).toMatchObject({ elsewhere: true });
  });

  it('forget all crashes when one that was accused turns out to be innocent', async () => {
    await leftBehind('accused', { crashes: 1, waiting: true });
    await leftBehind('other', { crashes: 2 });
    const attempts = someProcess();
    const suspicion = (await attempts.begin(['accused'])).get('accused')!;
    await attempts.enterIsolation('accused');
    await attempts.clear('accused', suspicion);
    attempts.end(['accused']);
    expect(await suspicionOf('other')).toMatchObject({ crashes: 0 });
    await until('it is no suspect any more', async () => !(await written()).includes('accused'));
  });

  it('are held against nobody when the process is told to stop', async () => {
    const attempts = someProcess();
    await attempts.begin(['a', 'b']);
    await attempts.enterIsolation('a');
    await attempts.close();
    expect(await written()).toEqual([]);
    expect(await attempts.begin(['c'])).toEqual(new Map());
    expect(await written()).toEqual([]);
  });

  it('survive the loss of the database connection that says the process lives', async () => {
    const attempts = someProcess();
    await attempts.begin(['a']);
    const holders = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await database.pool.query(`SELECT pg_terminate_backend(pid) FROM (${holders}) AS held`);
    await until('it has another one', async () => (await database.pool.query(holders)).rows.length === 1);
    expect(await suspicionOf('a')).toBeUndefined();
  });
});
