import { setTimeout as sleep } from 'node:timers/promises';
import { type Finding, Judge, type JudgedInvariant } from './judge.js';

/** One look at the system; rejects when nobody can look. */
export type Check = () => Promise<{ moving: string[]; results: Finding[] }>;

export interface InvariantsReport {
  checkedAt: string;
  /** Why nothing could be checked; null when it was. */
  unavailable: string | null;
  /** What is still on its way; empty: the system is at rest. */
  moving: string[];
  invariants: JudgedInvariant[];
}

export interface WatchOptions {
  check: Check;
  /** At least so many ms lie between two checks. Default 5,000. */
  pause?: number;
}

/** A check that takes longer is made less often: it may cost a tenth of the time at most. */
const REST_PER_WORK = 9;

/** Checks only while somebody wants to know, one check at a time, however many they are. */
export class InvariantsWatch {
  private readonly judge = new Judge();
  private readonly pause: number;
  private last: { report: InvariantsReport; at: number } | undefined;
  private next: Promise<InvariantsReport> | undefined;
  private earliest = 0;

  constructor(private readonly options: WatchOptions) {
    this.pause = options.pause ?? 5_000;
  }

  /** The last one while it is new, else the next one. */
  report(): Promise<InvariantsReport> {
    return this.isNew ? Promise.resolve(this.last!.report) : this.nextReport();
  }

  /** One report after the other, until the signal aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<InvariantsReport> {
    const aborted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    let shown = this.last?.report;
    if (shown && this.isNew) yield shown;
    for (;;) {
      await Promise.race([this.rest(), aborted]);
      if (signal.aborted) return; // no check for nobody
      const latest = this.last?.report;
      shown = latest === shown ? await Promise.race([this.nextReport(), aborted]) : latest;
      if (!shown) return;
      yield shown;
    }
  }

  private get isNew(): boolean {
    return this.last !== undefined && performance.now() - this.last.at < this.pause;
  }

  private rest(): Promise<void> {
    return sleep(Math.max(0, this.earliest - performance.now()), undefined, { ref: false });
  }

  private nextReport(): Promise<InvariantsReport> {
    this.next ??= this.make().finally(() => {
      this.next = undefined;
    });
    return this.next;
  }

  private async make(): Promise<InvariantsReport> {
    await this.rest();
    const start = performance.now();
    const report = await this.look();
    const end = performance.now();
    this.earliest = end + Math.max(this.pause, REST_PER_WORK * (end - start));
    this.last = { report, at: end };
    return report;
  }

  private async look(): Promise<InvariantsReport> {
    try {
      const { moving, results } = await this.options.check();
      const invariants = this.judge.judge(results, moving);
      return { checkedAt: new Date().toISOString(), unavailable: null, moving, invariants };
    } catch (error) {
      const unavailable = (error as Error).message;
      return { checkedAt: new Date().toISOString(), unavailable, moving: [], invariants: [] };
    }
  }
}
