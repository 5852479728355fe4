import { metricsParser, type Sample as SampleOfMetric } from '@waybill/platform/metrics-text';

/** One line of a process's `/metrics`. */
export interface Sample extends SampleOfMetric {
  name: string;
}

/** Samples of the Prometheus text format, with one of these names if given. */
export function samplesOf(text: string, names: readonly string[] = [String.raw`\w+`]): Sample[] {
  const { samples } = metricsParser(names)(text);
  return [...samples].flatMap(([name, ones]) => ones.map((one) => ({ name, ...one })));
}
