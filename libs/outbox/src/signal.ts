/** Wakes one waiting loop. A signal sent while nobody waits is remembered; several count as one. */
export class Signal {
  private pending = false;
  private wake: (() => void) | undefined;

  send(): void {
    this.pending = true;
    this.wake?.();
  }

  /** Forgets a remembered signal, before the loop does what it was sent for. */
  clear(): void {
    this.pending = false;
  }

  /** Resolves at the next signal, at once if there is a remembered one, else after `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    this.pending = false;
  }
}
