import type { Database } from '@waybill/platform';

/**
 * Does the work unless another process rebuilds the projection. PostgreSQL releases the lock when this process or its
 * connection dies; in the latter case `lost` aborts.
 */
export async function onlyOneRebuild<T>(database: Database, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  const lost = new AbortController();
  client.on('error', ({ message }) => lost.abort(new Error(`the connection to PostgreSQL was lost: ${message}`)));
  try {
    const { rows } = await client.query<{ isMine: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('analytics rebuild')) AS "isMine"`,
    );
    if (!rows[0]!.isMine) throw new Error('another process is rebuilding the projection');
    return await work(lost.signal);
  } finally {
    client.release(true); // closes it, and so unlocks
  }
}
