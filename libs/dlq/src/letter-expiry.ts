import type { Logger, Tx } from '@waybill/outbox';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface LetterExpiryOptions {
  /** Runs each statement in a transaction of its own. */
  database: Tx;
  logger: Logger;
  /** How long a letter is kept after it was decided, in ms. Default 90 days. */
  keep?: number;
  /** Milliseconds between two rounds. Default 10 minutes. */
  every?: number;
  /** Letters a statement deletes at most, so that none holds locks for long. Default 1,000. */
  batchSize?: number;
}

/**
 * Deletes letters, with their history, that were resubmitted or discarded long ago; never one that waits. Safe to run in
 * every process: they pass over each other's rows.
 */
export class LetterExpiry {
  private readonly options: Required<LetterExpiryOptions>;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(options: LetterExpiryOptions) {
    this.options = { keep: 90 * DAY, every: 10 * MINUTE, batchSize: 1_000, ...options };
  }

  /** A round now and every `every`; one that fails is logged and the next one tries again. */
  start(): void {
    if (this.timer) return;
    const { every, logger } = this.options;
    const begin = () => {
      this.round = this.expire().then(
        (deleted) => {
          if (deleted) logger.info({ deleted }, 'deleted dead letters that were decided long ago');
        },
        (error) => logger.warn({ err: error }, 'the expiry of dead letters failed'),
      );
    };
    this.timer = setInterval(begin, every).unref();
    begin();
  }

  /** Resolves when the statement in hand is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.round;
  }

  /** One round: all that is too old now. Resolves with how many were deleted. */
  async expire(): Promise<number> {
    const { database, keep, batchSize } = this.options;
    let deleted = 0;
    for (let some = batchSize; some === batchSize && !this.stopping; deleted += some) {
      ({ rowCount: some } = await database.query(DELETE_SOME, [keep, batchSize]));
    }
    return deleted;
  }
}

const DELETE_SOME = `
  DELETE FROM waybill.dead_letters WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM waybill.dead_letters WHERE decided_at < now() - $1::float8 * interval '1 millisecond'
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;
