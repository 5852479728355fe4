import { type Logger, PeriodicJob, schemaName, type Tx } from '@waybill/outbox';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface DeadLetterExpiryOptions {
  /** Runs each statement in its own transaction. */
  database: Tx;
  logger: Logger;
  /** How long a dead letter is retained after it was resolved, in ms. Default 90 days. */
  retention?: number;
  /** Milliseconds between two rounds. Default 10 minutes. */
  interval?: number;
  /** Rows per statement, so that none holds locks for long. Default 1,000. */
  batchSize?: number;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
}

/**
 * Deletes dead letters that were resolved long ago, with their history, and never a waiting one. Safe to run in every process:
 * they skip each other's rows.
 */
export class DeadLetterExpiry {
  private readonly options: Required<DeadLetterExpiryOptions> & { schema: string };
  private readonly job: PeriodicJob;

  constructor(options: DeadLetterExpiryOptions) {
    this.options = {
      retention: 90 * DAY,
      interval: 10 * MINUTE,
      batchSize: 1_000,
      ...options,
      schema: schemaName(options.schema),
    };
    const { interval, logger } = this.options;
    const work = async (signal: AbortSignal) => {
      const deleted = await this.expire(signal);
      if (deleted) logger.info({ deleted }, 'deleted expired dead letters');
    };
    this.job = new PeriodicJob({ does: 'delete expired dead letters', interval, work, logger });
  }

  /** Runs a round now, after each `interval`, and sooner after one that failed. */
  start(): void {
    this.job.start();
  }

  /** Resolves when the current statement is done. */
  async stop(): Promise<void> {
    await this.job.stop();
  }

  /** Deletes all that have expired, or until `signal` aborts. Resolves with their number. */
  async expire(signal?: AbortSignal): Promise<number> {
    const { database, retention, batchSize, schema } = this.options;
    let deleted = 0;
    for (let some = batchSize; some === batchSize && !signal?.aborted; deleted += some) {
      ({ rowCount: some } = await database.query(deleteSomeSql(schema), [retention, batchSize]));
    }
    return deleted;
  }
}

const deleteSomeSql = (schema: string) => `
  DELETE FROM ${schema}.dead_letters WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${schema}.dead_letters WHERE resolved_at < now() - $1::float8 * interval '1 millisecond'
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;
