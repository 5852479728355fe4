import { type Logger, Problem } from '@waybill/platform';
import { type Metrics, metricsParser } from '@waybill/platform/metrics-text';
import { z } from 'zod';
import type { AddressesOf } from './copy-addresses.js';

/** How long a process may take to answer, in ms: the page does not wait for one that hangs. */
const TIMEOUT = 1_500;
/** How old an observation may be, in ms: several pages cost no more than one. */
const FRESH = 2_000;
/** Over which rates are measured, in ms. */
const LONGEST_RATE = 30_000;
const SHORTEST_RATE = 1_000;

const Consumers = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['queue', 'topic']),
      consumer: z.string(),
      state: z.enum(['running', 'pausing', 'paused']),
      pausedAt: z.string().nullable(),
    }),
  ),
});
export type ConsumerItem = z.output<typeof Consumers>['items'][number];

/** Of the samples of a metric, those with these labels. */
export type Labels = Readonly<Record<string, string>>;

interface Observation {
  at: number;
  consumers: readonly ConsumerItem[];
  metrics: Metrics;
}

/** What one copy of a process said of itself. */
export class ObservedCopy {
  constructor(
    readonly process: string,
    readonly url: string,
    /** Whether it answers now. All else is what it said last. */
    readonly isAvailable: boolean,
    private readonly history: readonly Observation[],
  ) {}

  /** When it answered last, in ms since 1970; undefined: never. */
  get seenAt(): number | undefined {
    return this.history.at(-1)?.at;
  }

  get consumers(): readonly ConsumerItem[] {
    return this.history.at(-1)?.consumers ?? [];
  }

  samplesOf(metric: string) {
    return this.history.at(-1)?.metrics.samples.get(metric) ?? [];
  }

  valueOf(metric: string, labels: Labels): number | undefined {
    return this.samplesOf(metric).find((sample) => hasLabels(sample.labels, labels))?.value;
  }

  /** Of a counter, a second. Undefined until it was observed twice, after a new start, and while it does not answer. */
  rateOf(metric: string, labels: Labels): number | undefined {
    const [first, last] = [this.history[0], this.history.at(-1)];
    if (!this.isAvailable || !first || !last || last.at - first.at < SHORTEST_RATE) return undefined;
    const grown = sumIn(last, metric, labels) - sumIn(first, metric, labels);
    return grown < 0 ? undefined : (grown * 1_000) / (last.at - first.at);
  }
}

const sumIn = ({ metrics }: Observation, metric: string, wanted: Labels): number =>
  (metrics.samples.get(metric) ?? [])
    .filter(({ labels }) => hasLabels(labels, wanted))
    .reduce((sum, { value }) => sum + value, 0);

const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([label, value]) => labels[label] === value);

export interface ObservedCopiesOptions {
  addresses: AddressesOf;
  operatorToken: string;
  /** The names of metrics that matter. */
  metrics: readonly string[];
  logger: Logger;
}

/** Asks all copies of all processes what they measure and consume, when somebody wants to know; while nobody does, it asks nothing. */
export class ObservedCopies {
  /** By process and URL. */
  private readonly histories = new Map<string, Map<string, Observation[]>>();
  private readonly parse: (text: string) => Metrics;
  private latest: { at: number; copies: Promise<ObservedCopy[]> } | undefined;

  constructor(private readonly options: ObservedCopiesOptions) {
    this.parse = metricsParser(options.metrics);
  }

  /** Never rejects: a copy that does not answer is one that is not available. */
  all(): Promise<ObservedCopy[]> {
    if (!this.latest || performance.now() - this.latest.at > FRESH)
      this.latest = { at: performance.now(), copies: this.observeAll() };
    return this.latest.copies;
  }

  private async observeAll(): Promise<ObservedCopy[]> {
    const copies = await Promise.all([...this.options.addresses.keys()].map((process) => this.copiesOf(process)));
    return copies.flat();
  }

  /** While its name stands for no address, the copies that were there last. */
  private async copiesOf(process: string): Promise<ObservedCopy[]> {
    const before = this.histories.get(process) ?? new Map<string, Observation[]>();
    const urls = await this.options.addresses
      .get(process)!
      .list()
      .catch((error) => {
        this.options.logger.debug({ err: error, process }, 'a process has no address');
        return [...before.keys()];
      });
    this.histories.set(process, new Map(urls.map((url) => [url, before.get(url) ?? []])));
    return Promise.all(urls.map((url) => this.observed(process, url)));
  }

  private async observed(process: string, url: string): Promise<ObservedCopy> {
    const history = this.histories.get(process)!.get(url)!;
    const isAvailable = await this.observe(url, history).catch((error) => {
      this.options.logger.debug({ err: error, process }, 'a process does not say what it measures');
      return false;
    });
    return new ObservedCopy(process, url, isAvailable, [...history]);
  }

  private async observe(url: string, history: Observation[]): Promise<boolean> {
    const [metrics, consumers] = await Promise.all([this.get(`${url}/metrics`), this.get(`${url}/consumers`)]);
    if (!metrics.ok) throw new Problem('unavailable', { detail: `/metrics responded with ${metrics.status}` });
    // A process without consumers has no such route, or nobody may ask it.
    const { items } = consumers.ok ? Consumers.parse(await consumers.json()) : { items: [] };
    const at = Date.now();
    while (history[0] && at - history[0].at > LONGEST_RATE && history.length > 1) history.shift();
    history.push({ at, consumers: items, metrics: this.parse(await metrics.text()) });
    return true;
  }

  private get(url: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.options.operatorToken}` };
    return fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT) });
  }
}
