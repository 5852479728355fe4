import { setTimeout as pause } from 'node:timers/promises';

/** Lets pieces of work run together, or one of them alone; who wants to be alone goes first. */
export class Isolation {
  private atWork = 0;
  private wantAlone = 0;
  private lastAlone: Promise<void> = Promise.resolve();
  private changed = Promise.withResolvers<void>();

  async together<T>(work: () => Promise<T>): Promise<T> {
    while (this.wantAlone > 0) await this.changed.promise;
    return this.run(work);
  }

  /** False, and nothing was done, when those that run together have not ended after so many milliseconds. */
  async alone(work: () => Promise<void>, patience: number): Promise<boolean> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const before = this.lastAlone;
    this.lastAlone = over;
    this.wantAlone++;
    try {
      await before;
      if (!(await this.othersEnded(patience))) return false;
      await this.run(work);
      return true;
    } finally {
      this.wantAlone--;
      end();
      this.ring();
    }
  }

  private async othersEnded(patience: number): Promise<boolean> {
    const timer = new AbortController();
    const late = pause(patience, 'late', { signal: timer.signal }).catch(() => 'ended');
    while (this.atWork > 0 && (await Promise.race([this.changed.promise, late])) !== 'late');
    timer.abort();
    return this.atWork === 0;
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    this.atWork++;
    try {
      return await work();
    } finally {
      this.atWork--;
      this.ring();
    }
  }

  /** Wakes all who wait, to look again. */
  private ring(): void {
    const { resolve } = this.changed;
    this.changed = Promise.withResolvers();
    resolve();
  }
}
