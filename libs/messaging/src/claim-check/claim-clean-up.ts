import type { Logger, TransactionRunner } from '@waybill/outbox';
import type { ObjectStore } from './object-store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BATCH = 100;

export interface ClaimCleanUpOptions {
  store: ObjectStore;
  database: TransactionRunner;
  logger: Logger;
  /** How old an object is at least that no committed message refers to, in ms. Default 1 hour. */
  grace?: number;
  /** Milliseconds between two rounds. Default 10 minutes. */
  every?: number;
}

/**
 * Removes the objects that no message refers to: those whose time is over, and the orphans of transactions that did not
 * commit. A transaction that is still open is never robbed: its row is locked and passed over, or it finds the row gone and
 * fails as a whole. Safe to run in every process.
 */
export class ClaimCleanUp {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(private readonly options: ClaimCleanUpOptions) {}

  /** From now on a round every `every`; one that fails is logged and the next one tries again. */
  start(): void {
    const { every = 10 * MINUTE, logger } = this.options;
    this.timer ??= setInterval(() => {
      this.round = this.clean().catch((error) => logger.warn({ err: error }, 'the clean-up of claims failed'));
    }, every).unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.round;
  }

  /** One round; resolves with how many were removed. */
  async clean(): Promise<number> {
    let removed = 0;
    for (let some = BATCH; some === BATCH && !this.stopping; removed += some) some = await this.cleanSome();
    return removed;
  }

  /** The object first: dying in between leaves a row without an object, which is cleaned up like any other. */
  private cleanSome(): Promise<number> {
    const { database, store, grace = HOUR } = this.options;
    return database.transaction(async (tx) => {
      const { rows } = await tx.query<{ key: string }>(REMOVABLE, [grace, BATCH]);
      const keys = rows.map(({ key }) => key);
      await Promise.all(keys.map((key) => store.delete(key)));
      await tx.query('DELETE FROM waybill.claims WHERE key = ANY ($1)', [keys]);
      return keys.length;
    });
  }
}

const REMOVABLE = `
  SELECT key FROM waybill.claims
  WHERE (keep_until < now() AND keep_until <> 'infinity')
     OR (keep_until IS NULL AND created_at < now() - $1::float8 * interval '1 millisecond')
  LIMIT $2 FOR UPDATE SKIP LOCKED`;
