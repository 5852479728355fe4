import type { Tx } from '@waybill/outbox';
import type pg from 'pg';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface ExpiryOptions {
  /** Runs each statement in a transaction of its own: a pool. */
  database: pg.Pool | Tx;
  logger: { warn(fields: object, message: string): void };
  /** How long an HTTP answer is kept, in ms. Default 24 hours. */
  keepKeys?: number;
  /** How long a message's mark is kept, in ms: longer than any redelivery or replay can come. Default 30 days. */
  keepInbox?: number;
  /** Milliseconds between two rounds. Default 10 minutes. */
  every?: number;
  /** Rows a statement deletes at most, so that none holds locks for long. Default 1,000. */
  batchSize?: number;
}

/** Removes what is older than it is kept for. Safe to run in every process: they pass over each other's rows. */
export class Expiry {
  private readonly options: Required<ExpiryOptions>;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(options: ExpiryOptions) {
    this.options = { keepKeys: 24 * HOUR, keepInbox: 30 * DAY, every: 10 * MINUTE, batchSize: 1_000, ...options };
  }

  /** From now on a round every `every`; one that fails is logged and the next one tries again. */
  start(): void {
    const { every, logger } = this.options;
    this.timer ??= setInterval(() => {
      this.round = this.expire().catch((error) => logger.warn({ err: error }, 'idempotency: expiry failed'));
    }, every).unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.round;
  }

  /** One round: all that is too old now. */
  async expire(): Promise<void> {
    const { keepKeys, keepInbox } = this.options;
    await this.deleteOlder('waybill.idempotency_keys', 'created_at', keepKeys);
    await this.deleteOlder('waybill.inbox', 'seen_at', keepInbox);
  }

  private async deleteOlder(table: string, column: string, keep: number): Promise<void> {
    const { batchSize } = this.options;
    const database = this.options.database as Tx;
    const sql = `
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${table} WHERE ${column} < now() - $1::float8 * interval '1 millisecond'
        LIMIT $2 FOR UPDATE SKIP LOCKED
      ))`;
    for (let deleted = batchSize; deleted === batchSize && !this.stopping; ) {
      ({ rowCount: deleted } = await database.query(sql, [keep, batchSize]));
    }
  }
}
