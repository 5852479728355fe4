import type { Tx } from '@waybill/outbox';
import pg from 'pg';
import { coalescingSocket } from './coalescing-socket.js';
import type { Logger } from './logger.js';
import { isPlanOutdated, preparedTx } from './prepared-tx.js';
import { SESSION_OPTIONS } from './session-options.js';

const SECOND = 1_000;

export interface DatabaseOptions {
  url: string;
  logger: Logger;
  /** Size of the pool; each running handler holds a connection. Default 20. */
  connections?: number;
}

/** A service's own PostgreSQL database. Connects on first use, and again after the server was unavailable. */
export class Database {
  readonly pool: pg.Pool;

  constructor({ url, logger, connections = 20 }: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: url,
      options: SESSION_OPTIONS,
      max: connections,
      connectionTimeoutMillis: 5 * SECOND,
      idleTimeoutMillis: 60 * SECOND,
      keepAlive: true,
      stream: coalescingSocket,
      pipeline: true, // concurrent statements do not wait for each other's results
      statement_timeout: 15 * SECOND,
      idle_in_transaction_session_timeout: 60 * SECOND,
    });
    this.pool.on('error', ({ message }) => logger.warn({ reason: message }, 'an idle database connection was lost'));
  }

  /** Commits when `work` resolves, rolls back when it rejects. READ COMMITTED. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connected(async (client, discard) => {
      try {
        await client.query('BEGIN');
        const result = await work(preparedTx(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(discard);
        throw error;
      }
    });
  }

  /** For statements outside a transaction. */
  readonly autocommit: Tx = {
    query: (sql, params) => this.connected((client) => preparedTx(client).query(sql, params)),
  };

  /** Runs `work` with a connection of its own. A broken or discarded one does not return to the pool. */
  private async connected<T>(
    work: (client: pg.PoolClient, discard: (reason: Error) => void) => Promise<T>,
  ): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const discard = (reason: Error) => {
      broken = reason;
    };
    client.on('error', discard);
    try {
      return await work(client, discard);
    } catch (error) {
      if (isPlanOutdated(error)) discard(error as Error); // a new connection plans again
      throw error;
    } finally {
      client.off('error', discard);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Whether the database is unreachable, as opposed to having rejected a statement. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code ?? '';
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|57P0|08|53300)/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
