import type { Tx } from '@waybill/outbox';
import pg from 'pg';
import { gatheringSocket } from './gathering-socket.js';
import type { Logger } from './logger.js';
import { isPlanOutdated, preparedTx } from './prepared-tx.js';
import { SESSION_OPTIONS } from './session-options.js';

const SECOND = 1_000;

export interface DatabaseOptions {
  url: string;
  logger: Logger;
  /** Connections at most; each handler at work holds one. Default 20. */
  connections?: number;
}

/** A service's own PostgreSQL database. Connects when first asked and again after the server was away. */
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
      stream: gatheringSocket,
      pipeline: true, // statements that are made at the same time do not wait for each other's answers
      statement_timeout: 15 * SECOND,
      idle_in_transaction_session_timeout: 60 * SECOND,
    });
    this.pool.on('error', ({ message }) => logger.warn({ reason: message }, 'an idle database connection was lost'));
  }

  /** Commits what `work` did when it resolves, undoes it when it rejects. READ COMMITTED. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connected(async (client, giveUp) => {
      try {
        await client.query('BEGIN');
        const result = await work(preparedTx(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(giveUp);
        throw error;
      }
    });
  }

  /** One statement outside of any transaction. */
  readonly autocommit: Tx = {
    query: (sql, params) => this.connected((client) => preparedTx(client).query(sql, params)),
  };

  /** Nobody else has the connection meanwhile. One that is broken, or was given up, is replaced by a new one. */
  private async connected<T>(work: (client: pg.PoolClient, giveUp: (reason: Error) => void) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const giveUp = (reason: Error) => {
      broken = reason;
    };
    client.on('error', giveUp);
    try {
      return await work(client, giveUp);
    } catch (error) {
      if (isPlanOutdated(error)) giveUp(error as Error); // the next connection plans anew
      throw error;
    } finally {
      client.off('error', giveUp);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Whether an error says that the database can't be reached now, as opposed to: it refused a statement. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code ?? '';
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|57P0|08|53300)/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
