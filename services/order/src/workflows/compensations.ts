/** The undo actions of a saga's steps, run in reverse when it fails. */
export class Compensations {
  private readonly undos: (() => Promise<void>)[] = [];

  /** Call it before the step itself: a step that timed out may have happened. */
  add(undo: () => Promise<void>): void {
    this.undos.push(undo);
  }

  /** The last step was rejected, so there is nothing of it to undo. */
  dropLast(): void {
    this.undos.pop();
  }

  async runInReverse(): Promise<void> {
    for (const undo of this.undos.reverse()) await undo();
  }
}
