import type { ProcessReading } from '../processes/process-reader.js';
import { processIn, type Totals } from './counters.js';

/** A value that a process shows. */
export interface Gauge {
  process: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** All that is known of one moment. */
export class Reading {
  private readonly heard: ReadonlySet<string>;

  constructor(
    /** In ms. */
    readonly at: number,
    readonly processes: readonly ProcessReading[],
    readonly totals: Totals,
  ) {
    this.heard = new Set(
      processes.filter(({ copies }) => copies.some(({ metrics }) => metrics)).map(({ process }) => process),
    );
  }

  /** Whether the process showed its metrics. */
  hears(process: string): boolean {
    return this.heard.has(process);
  }

  /** Whether a process that responds has this counter or histogram. */
  declares(metric: string): boolean {
    return this.processes.some(({ copies }) => copies.some(({ metrics }) => metrics?.declared.has(metric)));
  }

  /** Values that processes show now; none: nobody knows it. Of copies that show the same labels, the greatest. */
  gauges(metric: string): Gauge[] {
    return this.processes.flatMap(({ process, copies }) => {
      const samples = copies.flatMap(({ metrics }) => metrics?.samples.get(metric) ?? []);
      return [...Map.groupBy(samples, ({ labels }) => JSON.stringify(labels)).values()].map((same) => ({
        process,
        labels: same[0]!.labels,
        value: Math.max(...same.map(({ value }) => value)),
      }));
    });
  }
}

/** Two readings, and how far they are apart. */
export interface Window {
  before: Reading;
  now: Reading;
  seconds: number;
}

export function windowOf(before: Reading, now: Reading): Window {
  return { before, now, seconds: (now.at - before.at) / 1_000 };
}

/** What a counter grew by, by process and label. What processes counted that do not respond now is unknown. */
export function growthOf({ before, now }: Window, metric: string): ReadonlyMap<string, number> {
  const earlier = before.totals.get(metric);
  const known = [...(now.totals.get(metric) ?? [])].filter(([key]) => now.hears(processIn(key)));
  return new Map(known.map(([key, total]) => [key, total - (earlier?.get(key) ?? 0)]));
}
