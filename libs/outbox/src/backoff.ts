/** Exponential backoff from `min` to `max` milliseconds; each delay has jitter over its upper half, so that retries spread out. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly min: number,
    private readonly max: number,
  ) {}

  next(): number {
    const full = Math.min(this.max, this.min * 2 ** this.failures);
    if (full < this.max) this.failures += 1;
    return full * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.failures = 0;
  }
}
