import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.js';

export interface PeriodicJobOptions {
  /** For the log: 'could not <does>, trying again'. */
  does: string;
  /** Milliseconds between the end of one run and the start of the next. */
  interval: number;
  /** Milliseconds until the first run. Default 0. */
  firstAfter?: number;
  /** True when there is more to do at once. Rejections are logged, and it runs again after the interval. */
  work(signal: AbortSignal): Promise<unknown>;
  logger: Logger;
}

/** Work that is repeated until the process stops. */
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
    const { interval, firstAfter = 0 } = this.options;
    if (firstAfter > 0) await this.pause(firstAfter);
    while (!signal.aborted) {
      const hasMore = await this.runOnce(signal);
      if (!hasMore) await this.pause(interval);
    }
  }

  private async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => {}); // it stops
  }

  private async runOnce(signal: AbortSignal): Promise<boolean> {
    const { work, does, logger } = this.options;
    try {
      return (await work(signal)) === true;
    } catch (error) {
      logger.warn({ err: error }, `could not ${does}, trying again`);
      return false;
    }
  }
}
