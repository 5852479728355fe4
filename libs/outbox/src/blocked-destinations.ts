import { Backoff } from './backoff.js';

interface Block {
  backoff: Backoff;
  until: number;
}

/** Destinations that take nothing now, each with the time of its next try. */
export class BlockedDestinations {
  private readonly blocks = new Map<string, Block>();

  constructor(
    private readonly firstDelay: number,
    private readonly longestDelay: number,
  ) {}

  /** `progress`: it took something before it blocked, so it is tried again soon. Returns whether the block is news. */
  block(destination: string, { progress }: { progress: boolean }): boolean {
    const known = this.blocks.get(destination);
    const backoff = known?.backoff ?? new Backoff(this.firstDelay, this.longestDelay);
    if (progress) backoff.reset();
    this.blocks.set(destination, { backoff, until: performance.now() + backoff.next() });
    return known === undefined;
  }

  /** It took all it was given. Returns whether this is news. */
  unblock(destination: string): boolean {
    return this.blocks.delete(destination);
  }

  /** Those not to be tried yet. */
  now(): string[] {
    const now = performance.now();
    return [...this.blocks].filter(([, { until }]) => until > now).map(([destination]) => destination);
  }

  /** Milliseconds until one of them is to be tried; Infinity when none is waiting for that. */
  nextTryIn(): number {
    const now = performance.now();
    const waiting = [...this.blocks.values()].map(({ until }) => until - now).filter((ms) => ms > 0);
    return Math.min(...waiting);
  }
}
