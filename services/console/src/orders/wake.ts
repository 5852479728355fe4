import { setTimeout as delay } from 'node:timers/promises';

/** A pause that ends early when something happens, also when it happened before the pause. */
export class Wake {
  private isDue = false;
  private wakeUp: () => void = () => {};

  constructor(private readonly stop: AbortSignal) {}

  now(): void {
    this.isDue = true;
    this.wakeUp();
  }

  /** Resolves after `longest` ms, or `coalesced` ms after a wake-up, or when `stop` aborts. */
  async within(longest: number, coalesced: number): Promise<void> {
    const woken = new AbortController();
    this.wakeUp = () => woken.abort();
    if (!this.isDue) await pause(longest, AbortSignal.any([this.stop, woken.signal]));
    if (this.isDue) await pause(coalesced, this.stop);
    this.isDue = false;
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  delay(ms, undefined, { signal }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });
