import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import type { Batches } from './batches.js';
import type { DeadLetterDatabase } from './dead-letter-database.js';

/** How soon a batch that another process left is gone on with. */
const LOOK_EVERY = 1_000;

/** Takes the steps of batches as their time comes. Any number of processes may run one. */
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

  /** There is a new batch. */
  wake(): void {
    this.woken.resolve();
  }

  /** Resolves when the step in hand is committed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    const { batches, database, logger } = this;
    while (!this.stopping.signal.aborted) {
      this.woken = Promise.withResolvers();
      let wait = LOOK_EVERY;
      try {
        while (!this.stopping.signal.aborted && (await database.transaction((tx) => batches.step(tx))));
        wait = Math.min(LOOK_EVERY, (await batches.nextStepIn(database.autocommit)) ?? LOOK_EVERY);
      } catch (error) {
        logger.warn({ err: error }, 'a batch of dead letters could not go on, trying again');
      }
      const timer = new AbortController();
      await Promise.race([this.woken.promise, pause(wait, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    }
  }
}
