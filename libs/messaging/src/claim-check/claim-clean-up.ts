import { type Logger, PeriodicJob, schemaName, type TransactionRunner } from '@waybill/outbox';
import type { ObjectStore } from './object-store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BATCH = 100;

export interface ClaimCleanUpOptions {
  store: ObjectStore;
  database: TransactionRunner;
  logger: Logger;
  /** Minimum age of an object that no committed message refers to, in ms. Default 1 hour. */
  grace?: number;
  /** Milliseconds between two rounds. Default 10 minutes. */
  interval?: number;
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string | undefined;
}

/**
 * Removes the objects that no message refers to: those past their retention, and the orphans of transactions that did not
 * commit. A transaction that is still open loses nothing: its row is locked and skipped, or it finds the row gone and
 * fails as a whole. Safe to run in every process.
 */
export class ClaimCleanUp {
  private readonly schema: string;
  private readonly job: PeriodicJob;

  constructor(private readonly options: ClaimCleanUpOptions) {
    this.schema = schemaName(options.schema);
    const { interval = 10 * MINUTE, logger } = options;
    const work = async (signal: AbortSignal) => void (await this.clean(signal));
    this.job = new PeriodicJob({ does: 'clean up claims', interval, firstAfter: interval, work, logger });
  }

  /** A round after each `interval`, and sooner after one that failed. */
  start(): void {
    this.job.start();
  }

  async stop(): Promise<void> {
    await this.job.stop();
  }

  /** One round, or until `signal` aborts; resolves with how many were removed. */
  async clean(signal?: AbortSignal): Promise<number> {
    let removed = 0;
    for (let some = BATCH; some === BATCH && !signal?.aborted; removed += some) some = await this.cleanSome();
    return removed;
  }

  /** The object first: dying in between leaves a row without an object, which is cleaned up like any other. */
  private cleanSome(): Promise<number> {
    const { database, store, grace = HOUR } = this.options;
    return database.transaction(async (tx) => {
      const { rows } = await tx.query<{ key: string }>(removableSql(this.schema), [grace, BATCH]);
      const keys = rows.map(({ key }) => key);
      await Promise.all(keys.map((key) => store.delete(key)));
      await tx.query(`DELETE FROM ${this.schema}.claims WHERE key = ANY ($1)`, [keys]);
      return keys.length;
    });
  }
}

const removableSql = (schema: string) => `
  SELECT key FROM ${schema}.claims
  WHERE (keep_until < now() AND keep_until <> 'infinity')
     OR (keep_until IS NULL AND created_at < now() - $1::float8 * interval '1 millisecond')
  LIMIT $2 FOR UPDATE SKIP LOCKED`;
