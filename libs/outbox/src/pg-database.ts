import type pg from 'pg';
import { pgTx, type TransactionRunner, type Tx } from './tx.js';

export interface PgDatabaseOptions {
  /** How statements run on a connection. Default: as pg runs them. */
  txOf?: (client: pg.ClientBase) => Tx;
  /** Whether a connection whose work failed so is of no more use. Default: never; one that broke never returns to the pool. */
  isOutdated?: (error: unknown) => boolean;
}

/**
 * Transactions and single statements on a pool of pg's: what the libraries need of an application's database. The pool stays
 * the caller's: its size, its timeouts, and its end.
 */
export class PgDatabase implements TransactionRunner {
  private readonly txOf: (client: pg.ClientBase) => Tx;
  private readonly isOutdated: (error: unknown) => boolean;

  constructor(
    readonly pool: pg.Pool,
    { txOf = pgTx, isOutdated = () => false }: PgDatabaseOptions = {},
  ) {
    this.txOf = txOf;
    this.isOutdated = isOutdated;
  }

  /** Commits when `work` resolves, rolls back when it rejects. READ COMMITTED. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connected(async (client, discard) => {
      try {
        await client.query('BEGIN');
        const result = await work(this.txOf(client));
        const { command } = await client.query('COMMIT');
        // PostgreSQL answers COMMIT with a rollback, and no error, when `work` has swallowed a failed statement's.
        if (command !== 'COMMIT') throw new Error('rolled back: a statement of the transaction had failed');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(discard);
        throw error;
      }
    });
  }

  /** For statements outside a transaction. */
  readonly autocommit: Tx = {
    query: (sql, params) => this.connected((client) => this.txOf(client).query(sql, params)),
  };

  /** Runs `work` with a connection of its own. A broken one does not return to the pool, and ends no process by its 'error'. */
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
      if (this.isOutdated(error)) discard(error as Error); // a new connection begins anew
      throw error;
    } finally {
      client.off('error', discard);
      client.release(broken);
    }
  }
}
