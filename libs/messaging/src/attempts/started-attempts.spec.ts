import { until } from '@waybill/testing';
import { attemptsOn, CONSUMER, type ConsumerDatabase, consumerDatabase } from '../test/workbench.fixture.js';
import type { CrashSuspicion } from './started-attempts.js';

const NO_SESSION = '1'; // of no live process

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

function newProcess(on: Parameters<typeof attemptsOn>[0] = database) {
  const attempts = attemptsOn(on);
  processes.push(attempts);
  return attempts;
}

/** The row of a process that died with the message in flight. */
async function leftBehind(id: string, { isolated = false, crashes = 0, waiting = false } = {}): Promise<void> {
  await database.pool.query(
    `INSERT INTO waybill.started (consumer, identity, session, suspect, isolated, crashes, waiting)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [CONSUMER, id, NO_SESSION, crashes > 0, isolated, crashes, waiting],
  );
}

const written = async () => {
  const { rows } = await database.pool.query('SELECT identity AS id FROM waybill.started ORDER BY 1');
  return rows.map(({ id }) => id);
};
const suspicionOf = async (id: string): Promise<CrashSuspicion | undefined> => (await newProcess().begin([id])).get(id);

describe('started attempts', () => {
  it('are recorded before the message is handled, and removed when it has ended', async () => {
    const attempts = newProcess();
    expect(await attempts.begin(['a', 'b'])).toEqual(new Map());
    expect(await written()).toEqual(['a', 'b']);
    attempts.end(['a']);
    await until('a is gone', async () => (await written()).join() === 'b');
  });

  it('of many messages that start and end concurrently are one statement', async () => {
    const statements: string[] = [];
    const query: ConsumerDatabase['autocommit']['query'] = (sql, params) => {
      statements.push(sql);
      return database.autocommit.query(sql, params);
    };
    const attempts = newProcess({ pool: database.pool, autocommit: { query } });
    await attempts.begin(['first']);
    statements.length = 0;
    attempts.end(['first']);
    await Promise.all(['a', 'b', 'c'].map((id) => attempts.begin([id])));
    expect(statements).toHaveLength(1);
    expect(await written()).toEqual(['a', 'b', 'c']);
  });

  it('wait for an unavailable database', async () => {
    let refusals = 3;
    const query: ConsumerDatabase['autocommit']['query'] = (sql, params) => {
      if (refusals-- > 0) throw new Error('ECONNREFUSED');
      return database.autocommit.query(sql, params);
    };
    await newProcess({ pool: database.pool, autocommit: { query } }).begin(['a']);
    expect(await written()).toEqual(['a']);
  });

  it('make no message a suspect while its process lives, here or elsewhere', async () => {
    const attempts = newProcess();
    await attempts.begin(['a']);
    expect(await attempts.begin(['a'])).toEqual(new Map());
    expect(await suspicionOf('a')).toBeUndefined();
  });

  it('make a suspect of a message that was in flight in a process that died', async () => {
    await leftBehind('a');
    expect(await suspicionOf('a')).toEqual({ crashes: 0, waited: false, elsewhere: false });
  });

  it('make a suspect of a message that the broker redelivers, also in a batch with others', async () => {
    const attempts = newProcess();
    const [before, now] = await Promise.all([attempts.begin(['a'], { suspects: true }), attempts.begin(['b'])]);
    expect(before.get('a')).toEqual({ crashes: 0, waited: false, elsewhere: false });
    expect(now.has('b')).toBe(false);
  });

  it('count a crash only for an isolated message', async () => {
    await leftBehind('concurrent', { crashes: 1 });
    await leftBehind('isolated', { crashes: 1, isolated: true });
    expect(await suspicionOf('concurrent')).toMatchObject({ crashes: 1 });
    expect(await suspicionOf('isolated')).toMatchObject({ crashes: 2 });
  });

  it('record which message was put off after a crash', async () => {
    await leftBehind('a', { isolated: true });
    const first = newProcess();
    await first.begin(['a']);
    await first.wait('a');
    first.end(['a']);
    await first.close();
    expect(await suspicionOf('a')).toEqual({ crashes: 1, waited: true, elsewhere: false });
  });

  it('do not take over a message that a live process handles in isolation', async () => {
    const other = newProcess();
    await other.begin(['a']);
    await other.enterIsolation('a');
    expect(await suspicionOf('a')).toMatchObject({ elsewhere: true });
  });

  it('clear all crashes when a suspect turns out to be innocent', async () => {
    await leftBehind('suspect', { crashes: 1, waiting: true });
    await leftBehind('other', { crashes: 2 });
    const attempts = newProcess();
    const suspicion = (await attempts.begin(['suspect'])).get('suspect')!;
    await attempts.enterIsolation('suspect');
    await attempts.clear('suspect', suspicion);
    attempts.end(['suspect']);
    expect(await suspicionOf('other')).toMatchObject({ crashes: 0 });
    await until('it is no longer a suspect', async () => !(await written()).includes('suspect'));
  });

  it('make no suspects when the process is stopped', async () => {
    const attempts = newProcess();
    await attempts.begin(['a', 'b']);
    await attempts.enterIsolation('a');
    await attempts.close();
    expect(await written()).toEqual([]);
    expect(await attempts.begin(['c'])).toEqual(new Map());
    expect(await written()).toEqual([]);
  });

  it('survive the loss of the database connection that holds the session lock', async () => {
    const attempts = newProcess();
    await attempts.begin(['a']);
    /** Of others, which tests before this one have left, the connections may still be ending. */
    const holder = async (): Promise<number | undefined> => {
      const { rows } = await database.pool.query(`SELECT pid FROM pg_locks
        WHERE locktype = 'advisory' AND mode = 'ShareLock'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      return rows.length === 1 ? rows[0].pid : undefined;
    };
    const lost = await until('it alone holds the lock', holder);
    await database.pool.query('SELECT pg_terminate_backend($1)', [lost]);
    await until('another one holds it', async () => ![lost, undefined].includes(await holder()));
    expect(await suspicionOf('a')).toBeUndefined();
  });
});
