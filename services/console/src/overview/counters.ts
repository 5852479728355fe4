import type { Metrics } from '@waybill/platform/metrics-text';

/** Of a counter, or of a histogram's buckets: which label its samples are told apart by. */
export interface Counted {
  /** Of the samples: `..._total`, `..._bucket`, `..._count`. */
  metric: string;
  by?: string;
  /** Samples that are not counted: by a label, a regular expression of its whole value (RE2, as Prometheus reads it). */
  without?: { label: string; pattern: string };
}

/** What was counted of a metric, by process and label. */
export type Counts = ReadonlyMap<string, number>;
export const countKey = (process: string, label = ''): string => `${process} ${label}`;
export const processIn = (key: string): string => key.slice(0, key.indexOf(' '));
export const labelIn = (key: string): string => key.slice(key.indexOf(' ') + 1);

/** All counters at one moment, by metric. */
export type Totals = ReadonlyMap<string, Counts>;

/**
 * Adds up what the counters of all copies grow by. A process that starts again counts from zero, and copies come and go: their
 * totals only grow.
 */
export class Counters {
  private readonly totals = new Map<string, Map<string, number>>();
  private readonly counted: ReadonlyMap<string, Counted>;
  private readonly skipped: ReadonlyMap<string, RegExp>;
  /** By copy: its start and the values it showed last. */
  private readonly copies = new Map<
    string,
    { start: number; values: ReadonlyMap<string, ReadonlyMap<string, number>> }
  >();

  constructor(counted: readonly Counted[]) {
    this.counted = new Map(counted.map((one) => [one.metric, one]));
    this.skipped = new Map(
      counted.flatMap(({ metric, without }) => (without ? [[metric, new RegExp(`^(?:${without.pattern})$`)]] : [])),
    );
  }

  /** The first sight of a copy counts nothing: what it did before is not of now. */
  add(process: string, copy: { url: string; start: number; metrics: Metrics }): void {
    const values = new Map(
      [...copy.metrics.samples.keys()]
        .filter((metric) => this.isCounted(metric))
        .map((metric) => [metric, this.valuesOf(process, metric, copy.metrics)]),
    );
    const before = this.copies.get(copy.url);
    this.copies.set(copy.url, { start: copy.start, values });
    for (const [metric, now] of values) {
      const total = this.totals.get(metric) ?? new Map<string, number>();
      this.totals.set(metric, total);
      for (const [key, value] of now) {
        const earlier = before?.start === copy.start ? (before.values.get(metric)?.get(key) ?? 0) : 0;
        const grown = before ? Math.max(0, value - earlier) : 0;
        total.set(key, (total.get(key) ?? 0) + grown);
      }
    }
  }

  /** What happens until the next reading is not counted. */
  forgetCopies(): void {
    this.copies.clear();
  }

  /** A copy, which does not change any more. */
  read(): Totals {
    return new Map([...this.totals].map(([metric, counts]) => [metric, new Map(counts)]));
  }

  private isCounted(metric: string): boolean {
    return this.counted.has(metric) || metric.endsWith('_call_seconds_count');
  }

  private valuesOf(process: string, metric: string, { samples }: Metrics): ReadonlyMap<string, number> {
    const { by, without } = this.counted.get(metric) ?? {};
    const values = new Map<string, number>();
    for (const { labels, value } of samples.get(metric) ?? []) {
      if (without && this.skipped.get(metric)!.test(labels[without.label] ?? '')) continue;
      const key = countKey(process, by && labels[by]);
      values.set(key, (values.get(key) ?? 0) + value);
    }
    return values;
  }
}
