import { CodedPool, PgDatabase } from '@waybill/outbox';
import { coalescingSocket } from './coalescing-socket.js';
import type { Logger } from './logger.js';
import { isPlanOutdated, preparedTx } from './prepared-tx.js';
import { sessionOptions } from './session-options.js';

const SECOND = 1_000;

export interface DatabaseOptions {
  url: string;
  logger: Logger;
  /** Size of the pool; each running handler holds a connection. Default 20. */
  connections?: number;
  /** Schemas in which statements look for tables that they name without one, in this order. Default `public` only. */
  searchPath?: readonly string[];
}

/** A service's own PostgreSQL database. Connects on first use, and again after the server was unavailable. */
export class Database extends PgDatabase {
  constructor({ url, logger, connections = 20, searchPath }: DatabaseOptions) {
    const pool = new CodedPool({
      connectionString: url,
      options: sessionOptions(searchPath),
      max: connections,
      connectionTimeoutMillis: 3 * SECOND,
      idleTimeoutMillis: 60 * SECOND,
      keepAlive: true,
      stream: coalescingSocket,
      statement_timeout: 5 * SECOND,
      query_timeout: 6 * SECOND, // a server that is frozen enforces nothing
      idle_in_transaction_session_timeout: 60 * SECOND,
    });
    super(pool, { txOf: preparedTx, isOutdated: isPlanOutdated });
    pool.on('error', ({ message }) => logger.warn({ reason: message }, 'an idle database connection was lost'));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
