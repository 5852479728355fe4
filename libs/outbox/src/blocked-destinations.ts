import { Backoff } from './backoff.js';

interface Block {
  backoff: Backoff;
  until: number;
}

/** Destinations that accept no messages at present, each with the time of its next retry. */
export class BlockedDestinations {
  private readonly blocks = new Map<string, Block>();

  constructor(
    private readonly minDelay: number,
    private readonly maxDelay: number,
  ) {}

  /** `progress`: it accepted some messages before it blocked, so it is retried soon. Returns whether it was not blocked before. */
  block(destination: string, { progress }: { progress: boolean }): boolean {
    const known = this.blocks.get(destination);
    const backoff = known?.backoff ?? new Backoff(this.minDelay, this.maxDelay);
    if (progress) backoff.reset();
    this.blocks.set(destination, { backoff, until: performance.now() + backoff.next() });
    return known === undefined;
  }

  /** It accepted all messages. Returns whether it was blocked before. */
  unblock(destination: string): boolean {
    return this.blocks.delete(destination);
  }

  /** Those that are not due for a retry yet. */
  current(): string[] {
    const now = performance.now();
    return [...this.blocks].filter(([, { until }]) => until > now).map(([destination]) => destination);
  }

  /** Milliseconds until the next retry is due; Infinity when none is pending. */
  nextRetryIn(): number {
    const now = performance.now();
    const pending = [...this.blocks.values()].map(({ until }) => until - now).filter((ms) => ms > 0);
    return Math.min(...pending);
  }
}
