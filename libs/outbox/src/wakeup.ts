/** Wakes one waiting loop. A ring while nobody waits is kept for the next wait, and rings that come together are one. */
export class Wakeup {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** What rang until now has been looked after. */
  clear(): void {
    this.rung = false;
  }

  /** Resolves when it rings, at once if it already has, else after `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    this.rung = false;
  }
}
