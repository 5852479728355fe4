import { PeriodicJob, schemaName, type Tx } from '@waybill/outbox';
import type pg from 'pg';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface ExpiryOptions {
  /** Runs each statement in a transaction of its own: a pool. */
  database: pg.Pool | Tx;
  logger: { warn(fields: object, message: string): void };
  /** How long an idempotency key and its response are stored, in ms. Default 24 hours. */
  keyTtl?: number;
  /** How long an inbox mark is stored, in ms: longer than any redelivery or replay can come. Default 30 days. */
  inboxRetention?: number;
  /** Milliseconds between two rounds. Default 10 minutes. */
  interval?: number;
  /** Most rows per DELETE, so that none holds locks for long. Default 1,000. */
  batchSize?: number;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string;
}

/** Deletes expired keys and inbox marks. Safe to run in every process: concurrent rounds skip each other's rows. */
export class Expiry {
  private readonly options: Required<ExpiryOptions>;
  private readonly job: PeriodicJob;

  constructor(options: ExpiryOptions) {
    const defaults = { keyTtl: 24 * HOUR, inboxRetention: 30 * DAY, interval: 10 * MINUTE, batchSize: 1_000 };
    this.options = { ...defaults, ...options, schema: schemaName(options.schema) };
    const { interval, logger } = this.options;
    const does = 'delete expired idempotency keys and inbox marks';
    const work = (signal: AbortSignal) => this.expire(signal);
    this.job = new PeriodicJob({ does, interval, firstAfter: interval, work, logger });
  }

  /** A round after each `interval`, and sooner after one that failed. */
  start(): void {
    this.job.start();
  }

  async stop(): Promise<void> {
    await this.job.stop();
  }

  /** One round: deletes all that is expired now, or until `signal` aborts. */
  async expire(signal?: AbortSignal): Promise<void> {
    const { schema, keyTtl, inboxRetention } = this.options;
    await this.deleteOlder(`${schema}.idempotency_keys`, 'created_at', keyTtl, signal);
    await this.deleteOlder(`${schema}.inbox`, 'seen_at', inboxRetention, signal);
  }

  private async deleteOlder(table: string, column: string, age: number, signal?: AbortSignal): Promise<void> {
    const { batchSize } = this.options;
    const database = this.options.database as Tx;
    const sql = `
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${table} WHERE ${column} < now() - $1::float8 * interval '1 millisecond'
        LIMIT $2 FOR UPDATE SKIP LOCKED
      ))`;
    for (let deleted = batchSize; deleted === batchSize && !signal?.aborted; ) {
      ({ rowCount: deleted } = await database.query(sql, [age, batchSize]));
    }
  }
}
