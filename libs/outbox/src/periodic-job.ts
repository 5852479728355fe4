import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.js';

export interface PeriodicJobOptions {
  /** For the log: 'could not <does>, trying again'. */
  does: string;
  /** Milliseconds between the end of one run and the start of the next. */
  interval: number;
  /** Milliseconds until the first run. Default 0. */
  firstAfter?: number;
  /** True when there is more to do at once. A rejection is logged, and it runs again after `retryAfter`. */
  work(signal: AbortSignal): Promise<unknown>;
  /** Milliseconds until it runs again after a failure. Default 10,000, and never more than the interval. */
  retryAfter?: number;
  logger: Pick<Logger, 'warn'>;
}

const RETRY_AFTER = 10_000;

/** Work that is repeated until the process stops. It keeps no process running. */
export class PeriodicJob {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: PeriodicJobOptions) {}

  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    const { signal } = this.stopping;
    const { firstAfter = 0 } = this.options;
    if (firstAfter > 0) await this.pause(firstAfter);
    while (!signal.aborted) {
      const ms = await this.runOnce(signal);
      if (ms > 0) await this.pause(ms);
    }
  }

  private async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.stopping.signal, ref: false }).catch(() => {}); // it stops
  }

  /** Resolves with the milliseconds until the next run. */
  private async runOnce(signal: AbortSignal): Promise<number> {
    const { work, does, interval, retryAfter = RETRY_AFTER, logger } = this.options;
    try {
      return (await work(signal)) === true ? 0 : interval;
    } catch (error) {
      logger.warn({ err: error }, `could not ${does}, trying again`);
      return Math.min(retryAfter, interval);
    }
  }
}
