/** Room for so many at a time. */
export class Slots {
  private taken = 0;
  private freed = Promise.withResolvers<void>();

  constructor(private readonly count: number) {}

  get free(): number {
    return this.count - this.taken;
  }

  /** Resolves when there is room, which is not taken yet. */
  async untilFree(): Promise<void> {
    while (this.free <= 0) await this.freed.promise;
  }

  /** Takes one when there is room. */
  async take(): Promise<void> {
    while (this.free <= 0) await this.freed.promise;
    this.taken++;
  }

  release(): void {
    this.taken--;
    this.freed.resolve();
    this.freed = Promise.withResolvers();
  }

  async untilAllFree(): Promise<void> {
    while (this.taken > 0) await this.freed.promise;
  }
}
