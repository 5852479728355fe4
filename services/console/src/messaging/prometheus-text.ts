/** One series of a metric. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The series of these metrics in Prometheus's text format. */
export function samplesIn(text: string, names: ReadonlySet<string>): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value] = LINE.exec(line) ?? [];
    if (!names.has(name)) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, label, quoted]) => [label!, unescaped(quoted!)]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));
