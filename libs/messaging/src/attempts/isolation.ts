import { setTimeout as pause } from 'node:timers/promises';

/** Lets pieces of work run concurrently, or one of them in isolation; isolated work goes first. */
export class Isolation {
  private running = 0;
  private isolationsWanted = 0;
  private lastIsolation: Promise<void> = Promise.resolve();
  private changed = Promise.withResolvers<void>();

  /** Runs concurrently with other shared work, once nothing is isolated any more. */
  async share<T>(work: () => Promise<T>): Promise<T> {
    while (this.isolationsWanted > 0) await this.changed.promise;
    return this.run(work);
  }

  /** Counts work that goes on among the shared work, whatever is isolated. */
  keepRunning(work: Promise<unknown>): void {
    void this.run(() => work.catch(() => {})); // whoever began the work sees how it ends
  }

  /** Resolves with false, and did nothing, when the shared work has not ended after `timeout` milliseconds. */
  async isolate(work: () => Promise<void>, timeout: number): Promise<boolean> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const before = this.lastIsolation;
    this.lastIsolation = over;
    this.isolationsWanted++;
    try {
      await before;
      if (!(await this.othersEnded(timeout))) return false;
      await this.run(work);
      return true;
    } finally {
      this.isolationsWanted--;
      end();
      this.notify();
    }
  }

  private async othersEnded(timeout: number): Promise<boolean> {
    const timer = new AbortController();
    const late = pause(timeout, 'late', { signal: timer.signal }).catch(() => 'ended');
    while (this.running > 0 && (await Promise.race([this.changed.promise, late])) !== 'late');
    timer.abort();
    return this.running === 0;
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    this.running++;
    try {
      return await work();
    } finally {
      this.running--;
      this.notify();
    }
  }

  /** Wakes all that wait, to look again. */
  private notify(): void {
    const { resolve } = this.changed;
    this.changed = Promise.withResolvers();
    resolve();
  }
}
