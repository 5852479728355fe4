/** Waiting times that grow from `first` to `most` milliseconds, each spread over its upper half so that many don't retry in step. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly first: number,
    private readonly most: number,
  ) {}

  next(): number {
    const full = Math.min(this.most, this.first * 2 ** this.failures);
    if (full < this.most) this.failures += 1;
    return full * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.failures = 0;
  }
}
