import { timeOf } from './process-states.js';

export interface Remembered<Value> {
  value: Value | undefined;
  /** When it was last known; null: never. */
  lastSeen: string | null;
}

/** When each part was last heard of. */
export class Memory {
  /** By caller and called process: the metric that says so. */
  readonly called = new Map<string, string>();
  private readonly heard = new Map<string, number>();

  note<Value>(part: string, value: Value | undefined, at: number): Remembered<Value> {
    if (value !== undefined) this.heard.set(part, at);
    const last = this.heard.get(part);
    return { value, lastSeen: last === undefined ? null : timeOf(last) };
  }
}
