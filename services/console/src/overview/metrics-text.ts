/** One line of a process's `/metrics`. */
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
 * Reads the Prometheus text format. Other metrics than these are skipped without parsing: a page that is open reads every process
 * every two seconds.
 */
export function metricsParser(patterns: Iterable<string>): (text: string) => Metrics {
  const line = new RegExp(
    `^(?:# TYPE (\\w+) (?:counter|histogram)|(${[...patterns].join('|')})(?:\\{(.*)\\})? (\\S+))$`,
    'gm',
  );
  return (text) => {
    const samples = new Map<string, Sample[]>();
    const declared = new Set<string>();
    for (const [, declaration, name, labels = '', value] of text.matchAll(line)) {
      if (declaration) declared.add(declaration);
      else listIn(samples, name!).push({ labels: labelsIn(labels), value: Number(value) });
    }
    return { samples, declared };
  };
}

const labelsIn = (text: string) =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]));

function listIn<Item>(lists: Map<string, Item[]>, name: string): Item[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
