import { type Logger, Problem } from '@waybill/platform';
import { z } from 'zod';
import { type Sample, samplesIn } from './prometheus-text.js';

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

/** What a process said of itself. */
export interface ObservedProcess {
  process: string;
  /** When it answered last, in ms since 1970; undefined: never. */
  seenAt: number | undefined;
  /** Whether it answers now. What follows is what it said last. */
  isAvailable: boolean;
  consumers: readonly ConsumerItem[];
  samples: readonly Sample[];
  /** Of a counter, a second; undefined until it was observed twice. */
  rateOf(name: string, labels: Readonly<Record<string, string>>): number | undefined;
}

interface Observation {
  at: number;
  consumers: readonly ConsumerItem[];
  samples: readonly Sample[];
}

export interface ObservedProcessesOptions {
  /** Base URLs by the names of processes. */
  urls: ReadonlyMap<string, string>;
  operatorToken: string;
  /** The metrics that matter. */
  metrics: readonly string[];
  logger: Logger;
}

/** Asks all processes what they measure and consume, when somebody wants to know; while nobody does, it asks nothing. */
export class ObservedProcesses {
  private readonly histories = new Map<string, Observation[]>();
  private readonly metrics: ReadonlySet<string>;
  private latest: { at: number; processes: Promise<ObservedProcess[]> } | undefined;

  constructor(private readonly options: ObservedProcessesOptions) {
    this.metrics = new Set(options.metrics);
  }

  /** Never rejects: a process that does not answer is one that is not available. */
  all(): Promise<ObservedProcess[]> {
    if (!this.latest || performance.now() - this.latest.at > FRESH) {
      const processes = Promise.all([...this.options.urls].map(([name, url]) => this.observed(name, url)));
      this.latest = { at: performance.now(), processes };
    }
    return this.latest.processes;
  }

  private async observed(process: string, url: string): Promise<ObservedProcess> {
    const history = this.histories.get(process) ?? [];
    this.histories.set(process, history);
    const isAvailable = await this.observe(url, history).catch((error) => {
      this.options.logger.debug({ err: error, process }, 'a process does not say what it measures');
      return false;
    });
    const latest = history.at(-1);
    return {
      process,
      isAvailable,
      seenAt: latest?.at,
      consumers: latest?.consumers ?? [],
      samples: latest?.samples ?? [],
      rateOf: (name, labels) => (isAvailable ? rateIn(history, (sample) => isOf(sample, name, labels)) : undefined),
    };
  }

  private async observe(url: string, history: Observation[]): Promise<boolean> {
    const [metrics, consumers] = await Promise.all([this.get(`${url}/metrics`), this.get(`${url}/consumers`)]);
    if (!metrics.ok) throw new Problem('unavailable', { detail: `/metrics responded with ${metrics.status}` });
    const samples = samplesIn(await metrics.text(), this.metrics);
    // A process without consumers has no such route, or nobody may ask it.
    const { items } = consumers.ok ? Consumers.parse(await consumers.json()) : { items: [] };
    const at = Date.now();
    while (history[0] && at - history[0].at > LONGEST_RATE && history.length > 1) history.shift();
    history.push({ at, consumers: items, samples });
    return true;
  }

  private get(url: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.options.operatorToken}` };
    return fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT) });
  }
}

export const isOf = (sample: Sample, name: string, labels: Readonly<Record<string, string>>): boolean =>
  sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value);

/** Undefined when there are no two observations, or the process was started anew between them. */
function rateIn(history: readonly Observation[], isWanted: (sample: Sample) => boolean): number | undefined {
  const [first, last] = [history[0], history.at(-1)];
  if (!first || !last || last.at - first.at < SHORTEST_RATE) return undefined;
  const sumOf = ({ samples }: Observation) => samples.filter(isWanted).reduce((sum, { value }) => sum + value, 0);
  const grown = sumOf(last) - sumOf(first);
  return grown < 0 ? undefined : (grown * 1_000) / (last.at - first.at);
}
