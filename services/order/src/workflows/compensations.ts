/** What is to be undone when the saga gives up, last step first. */
export class Compensations {
  private readonly undos: (() => Promise<void>)[] = [];

  /** To be called before the step itself: a step that timed out may have happened. */
  add(undo: () => Promise<void>): void {
    this.undos.push(undo);
  }

  /** The step was refused, so there is nothing to undo of it. */
  dropLast(): void {
    this.undos.pop();
  }

  async runInReverse(): Promise<void> {
    for (const undo of this.undos.reverse()) await undo();
  }
}
