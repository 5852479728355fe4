/** The undo actions of a saga's steps, in the order of the steps; run in reverse when it fails. */
export class Compensations<Step extends string> {
  private readonly taken = new Set<Step>();

  constructor(private readonly undos: Readonly<Record<Step, () => Promise<void>>>) {}

  private get steps(): Step[] {
    return Object.keys(this.undos) as Step[];
  }

  /** Call it before the step itself: a step that timed out may have happened. */
  add(step: Step): void {
    this.taken.add(step);
  }

  addAll(): void {
    for (const step of this.steps) this.add(step);
  }

  /** The step was rejected, so there is nothing of it to undo. */
  drop(step: Step): void {
    this.taken.delete(step);
  }

  async runInReverse(): Promise<void> {
    for (const step of this.steps.reverse()) if (this.taken.has(step)) await this.undos[step]();
  }
}
