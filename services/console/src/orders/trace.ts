export const KINDS = [
  'http',
  'state',
  'message',
  'saga-step',
  'retry',
  'charge',
  'refund',
  'shipment',
  'mail',
  'dead-letter',
] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that happened to an order, somewhere in the system. */
export interface TraceEntry {
  /** RFC 3339. */
  at: string;
  /** Who tells it: a service, a topic, the saga. */
  source: string;
  /** The process that did it. */
  service: string;
  kind: Kind;
  what: string;
  detail?: string;
  /** How long it took until `at`, in ms. Of a message: from `at` until the broker had stored it, in which it is in the outbox. */
  durationMs?: number;
  /** Counts from 1: a higher one is a retry. */
  attempt?: number;
  /** Of W3C Trace Context. */
  traceId?: string;
}

/** A saga of the order in Temporal: one for each attempt at it. */
export interface SagaRun {
  attempt: number;
  workflowId: string;
}

export interface Trace {
  orderId: string;
  /** Absent when order-api does not answer. */
  status?: string;
  /** By time. */
  entries: TraceEntry[];
  /** What has no time of its own, as it is now. */
  now: string[];
  /** None of an order that is choreographed. */
  sagas: SagaRun[];
  /** Sources that did not answer, and why: what they know is missing. */
  missing: { source: string; reason: string }[];
}

/** What one source knows. */
export type Told = Partial<Pick<Trace, 'entries' | 'now' | 'sagas' | 'status'>>;
export type Sources = Readonly<Record<string, () => Promise<Told>>>;

/** Asks all sources concurrently. One that does not answer within `patience` ms is named, and the others are shown. Throws UnknownOrder. */
export async function traceOf(orderId: string, sources: Sources, patience: number): Promise<Trace> {
  const trace: Trace = { orderId, entries: [], now: [], sagas: [], missing: [] };
  const names = Object.keys(sources);
  const results = await Promise.allSettled(names.map((name) => answered(sources[name]!(), patience)));
  results.forEach((result, n) => {
    if (result.status === 'fulfilled') {
      const { entries = [], now = [], sagas = [], status } = result.value;
      trace.entries.push(...entries);
      trace.now.push(...now);
      trace.sagas.push(...sagas);
      if (status) trace.status = status;
    } else if (result.reason instanceof UnknownOrder) throw result.reason;
    else trace.missing.push({ source: names[n]!, reason: (result.reason as Error).message });
  });
  trace.entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return trace;
}

async function answered<T>(answer: Promise<T>, patience: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1_000} s`)), patience);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** order-api knows no such order. */
export class UnknownOrder extends Error {}

/** Of a `traceparent`; undefined when it has none. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1];
