/** One series of a metric. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** What is read of a process's `/metrics`. */
export interface Metrics {
  /** By the name of the metric. */
  samples: ReadonlyMap<string, readonly Sample[]>;
  /** Counters and histograms that the process has, also those without a sample. */
  declared: ReadonlySet<string>;
}

/**
 * Reads the metrics whose whole names match one of these regular expressions, in Prometheus's text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). All others are skipped without parsing: there are hundreds.
 */
export function metricsParser(patterns: Iterable<string>): (text: string) => Metrics {
  const line = new RegExp(
    String.raw`^(?:# TYPE (\w+) (?:counter|histogram)|(${[...patterns].join('|')})(?:\{(.*)\})? (\S+)(?: \d+)?)$`,
    'gm',
  );
  return (text) => {
    const samples = new Map<string, Sample[]>();
    const declared = new Set<string>();
    for (const [, declaration, name, labels = '', value] of text.matchAll(line)) {
      if (declaration) declared.add(declaration);
      else listIn(samples, name!).push({ labels: labelsIn(labels), value: numberOf(value!) });
    }
    return { samples, declared };
  };
}

const labelsIn = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, unescaped(value!)]),
  );

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));

const numberOf = (text: string): number => Number(text.replace(/Inf$/, 'Infinity'));

function listIn<Item>(lists: Map<string, Item[]>, name: string): Item[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
