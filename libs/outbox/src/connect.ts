import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const SECOND = 1_000;

/** A statement takes milliseconds; one that takes this long runs on a connection that is no longer there. */
const STATEMENT_PATIENCE = 30 * SECOND;

/** A connection for one purpose. `onLost` is called once, with the reason, when it ends without having been asked to. */
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
    query_timeout: STATEMENT_PATIENCE,
    pipeline: true, // statements are sent at once, and done in the order in which they were sent
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
    usable = true;
    return client;
  } catch (error) {
    await disconnect(client);
    throw error;
  }
}

/** Ends it, and with it its locks. Does not wait long for a server that doesn't answer. */
export async function disconnect(client: pg.Client): Promise<void> {
  const ended = client.end().then(
    () => true,
    () => true,
  );
  const late = pause(SECOND, false, { ref: false });
  if (!(await Promise.race([ended, late]))) socketOf(client)?.destroy();
}

const socketOf = (client: pg.Client) =>
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream;

// Keepalive: the server notices within half a minute when this side has vanished without a word, and frees its locks.
// Planner: statistics of a table that fills and empties mislead it; the primary key is always the way, so one plan does,
// and none is worth compiling.
// Commits that the disk has not yet: all that a crash of the server could take back is that something was published.
const SESSION = `
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off;
  SET synchronous_commit = off; SET statement_timeout = ${STATEMENT_PATIENCE}`;
