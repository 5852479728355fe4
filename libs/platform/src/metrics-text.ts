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

/** Of the labels that are kept. */
const MOST_KNOWN = 10_000;

/**
 * Reads the metrics whose whole names match one of these regular expressions, in Prometheus's text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). All others are skipped without parsing: there are hundreds.
 */
export function metricsParser(patterns: Iterable<string>): (text: string) => Metrics {
  const line = new RegExp(
    String.raw`^(?:# TYPE (\w+) (?:counter|histogram)|(${[...patterns].join('|')})(?:\{(.*)\})? (\S+)(?: \d+)?)$`,
    'gm',
  );
  // They are the same ones again and again, for whoever reads every two seconds.
  const known = new Map<string, Sample['labels']>();
  const labelsIn = (text: string) => {
    const labels = known.get(text) ?? parsed(text);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, labels);
    return labels;
  };
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

const parsed = (text: string): Sample['labels'] =>
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
