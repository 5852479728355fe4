/** One line of a process' `/metrics`. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Samples of the Prometheus text format, with one of these names if given. */
export function samplesOf(text: string, names?: readonly string[]): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].flatMap(([, name, labels = '', value]) =>
    !names || names.includes(name!) ? [{ name: name!, labels: labelsIn(labels), value: Number(value) }] : [],
  );
}

const labelsIn = (text: string) =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]));
