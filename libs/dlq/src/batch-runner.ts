import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import type { Batches } from './batches.js';
import type { DeadLetterDatabase } from './dead-letter-database.js';

/** Milliseconds after which a process takes over a batch that another one left. */
const INTERVAL = 1_000;

const SECONDS_AFTER_FAILURE = 5;

/** Runs the steps of batches when they are due. Any number of processes may run one. */
export class BatchRunner {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private woken = Promise.withResolvers<void>();

  constructor(
    private readonly batches: Batches,
    private readonly database: DeadLetterDatabase,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** Call it after a new batch has committed, so that the batch starts without delay. */
  wake(): void {
    this.woken.resolve();
  }

  /** Resolves when the current step is committed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    const { batches, database, logger } = this;
    while (!this.stopping.signal.aborted) {
      this.woken = Promise.withResolvers();
      let wait = INTERVAL;
      try {
        while (!this.stopping.signal.aborted && (await database.transaction((tx) => batches.step(tx))));
        wait = Math.min(INTERVAL, (await batches.nextStepIn(database.autocommit)) ?? INTERVAL);
      } catch (error) {
        logger.warn({ err: error }, 'could not continue a batch of dead letters, trying again');
        await batches.postpone(database.autocommit, SECONDS_AFTER_FAILURE).catch(() => {}); // the same reason, logged above
      }
      const timer = new AbortController();
      await Promise.race([this.woken.promise, pause(wait, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    }
  }
}
