/** Measures from the first call of `begin` on: what a client needs to get going is not counted. */
export class Stopwatch {
  private started: number | undefined;

  constructor(private readonly count: number) {}

  begin(): void {
    this.started ??= performance.now();
  }

  /** A second, until now. */
  rate(): number {
    return (this.count * 1_000) / (performance.now() - this.started!);
  }

  reset(): void {
    this.started = undefined;
  }
}
