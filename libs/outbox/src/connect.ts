import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const SECOND = 1_000;

/** A statement takes milliseconds; one that takes this long runs on a dead connection. */
const STATEMENT_TIMEOUT = 10 * SECOND;
/** SQLSTATE read_only_sql_transaction. */
const READ_ONLY = '25006';

/** A connection of its own for one purpose. `onLost` is called once, with the reason, when the connection ends unexpectedly. */
export async function connect(
  connectionString: string,
  purpose: string,
  onLost: (reason: Error) => void,
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    application_name: purpose,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5 * SECOND,
    connectionTimeoutMillis: 5 * SECOND,
    query_timeout: STATEMENT_TIMEOUT,
    pipeline: true, // sends statements without waiting for earlier ones; the server runs them in the order sent
  });
  let usable = false; // until then, connect() itself fails with the reason
  const lost = (reason: Error) => {
    if (usable) onLost(reason);
    usable = false;
  };
  client.on('error', lost);
  client.on('end', () => lost(new Error('the database connection ended')));
  try {
    await client.connect();
    await client.query(SESSION);
    await assertWritable(client);
    usable = true;
    return client;
  } catch (error) {
    await disconnect(client);
    throw error;
  }
}

/** What a read-only database has could be published, but not deleted: it would be published again and again. */
async function assertWritable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
  if (rows[0]!.transaction_read_only === 'on')
    throw Object.assign(new Error('the database is read-only'), { code: READ_ONLY });
}

/** Ends the connection, and with it its locks. Waits at most a second for a server that does not respond. */
export async function disconnect(client: pg.Client): Promise<void> {
  const ended = client.end().then(
    () => true,
    () => true,
  );
  const timeout = pause(SECOND, false, { ref: false });
  if (!(await Promise.race([ended, timeout]))) socketOf(client)?.destroy();
}

const socketOf = (client: pg.Client) =>
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream;

// tcp_keepalives: when this machine vanishes, the server notices within half a minute and releases the locks.
// Planner: statistics of a table that fills and empties mislead it. The primary key is always the right index, so one generic
// plan is enough, and JIT compilation never pays.
// synchronous_commit: a crash of the server can lose only deletes, and those messages are published again.
const SESSION = `
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off;
  SET synchronous_commit = off; SET statement_timeout = ${STATEMENT_TIMEOUT}`;
