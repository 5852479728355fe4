import { type Counted, labelIn } from './counters.js';
import { growthOf, type Window } from './reading.js';

export const PANELS = ['rates', 'latency', 'lag'] as const;
export const UNITS = ['per second', 'seconds', 'messages'] as const;

/** One line of a chart, read from the processes or from Prometheus. */
export interface Series {
  name: string;
  title: string;
  panel: (typeof PANELS)[number];
  unit: (typeof UNITS)[number];
  /** What is counted for it. */
  counted?: Counted;
  /** The gauge that it shows. */
  gauge?: string;
  /** Null: unknown. */
  valueIn(window: Window): number | null;
  /** The same for Prometheus; `range` such as `1m`. */
  promql(range: string): string;
}

type Named = Pick<Series, 'name' | 'title'>;

/** How often something happens. Null while no process says it. */
export function rate(named: Named, counted: Counted, only?: { label: string; value: string }): Series {
  const { metric } = counted;
  const selector = only ? `{${only.label}="${only.value}"}` : '';
  return {
    ...named,
    panel: 'rates',
    unit: 'per second',
    counted,
    valueIn(window) {
      if (!window.now.declares(metric)) return null;
      const grown = [...growthOf(window, metric)].filter(([key]) => !only || labelIn(key) === only.value);
      return sum(grown.map(([, growth]) => growth)) / window.seconds;
    },
    promql: (range) => `sum(rate(${metric}${selector}[${range}]))`,
  };
}

/** A quantile of a histogram, such as 0.95. Null when nothing happened. */
export function quantile(named: Named, q: number, histogram: Omit<Counted, 'by'>): Series {
  const { metric, without } = histogram;
  const selector = without ? `{${without.label}!~"${without.pattern.replaceAll('\\', '\\\\')}"}` : '';
  return {
    ...named,
    panel: 'latency',
    unit: 'seconds',
    counted: { ...histogram, by: 'le' },
    valueIn: (window) => quantileIn(q, growthOf(window, metric)),
    promql: (range) => `histogram_quantile(${q}, sum by (le) (rate(${metric}${selector}[${range}])))`,
  };
}

/** The greatest or the sum of a gauge. Null while no process shows it. */
export function gauge(named: Named & Pick<Series, 'unit'>, how: 'max' | 'sum', metric: string): Series {
  return {
    ...named,
    panel: 'lag',
    gauge: metric,
    valueIn({ now }) {
      const values = now.gauges(metric).map(({ value }) => value);
      if (!values.length) return null;
      return how === 'max' ? Math.max(...values) : sum(values);
    },
    promql: () => `${how}(${metric})`,
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Interpolates within the bucket, as Prometheus does; past the last bound, that bound. */
function quantileIn(q: number, growth: ReadonlyMap<string, number>): number | null {
  const counts = new Map<number, number>();
  for (const [key, count] of growth) {
    const bound = labelIn(key) === '+Inf' ? Number.POSITIVE_INFINITY : Number(labelIn(key));
    counts.set(bound, (counts.get(bound) ?? 0) + count);
  }
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all === 0) return null;
  const rank = q * all;
  let [lower, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= rank)
      return bound === Number.POSITIVE_INFINITY ? lower : lower + ((bound - lower) * (rank - below)) / (count - below);
    [lower, below] = [bound, count];
  }
  return lower;
}
