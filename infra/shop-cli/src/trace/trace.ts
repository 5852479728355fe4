/** One thing that happened to an order, somewhere in the system. */
export interface TraceEntry {
  /** RFC 3339. */
  at: string;
  /** Who tells it: a service, a topic, the saga. */
  source: string;
  what: string;
  detail?: string;
}

export interface Trace {
  orderId: string;
  /** Sorted by time. */
  entries: TraceEntry[];
  /** What has no time of its own, as it is now. */
  now: string[];
  /** Sources that did not answer, and why: what they know is missing. */
  missing: { source: string; reason: string }[];
}

/** What one source knows. */
export interface Told {
  entries?: TraceEntry[];
  now?: string[];
}

/** Asks all sources concurrently; one that does not answer is named, and the others are shown. */
export async function traceOf(orderId: string, sources: Record<string, () => Promise<Told>>): Promise<Trace> {
  const trace: Trace = { orderId, entries: [], now: [], missing: [] };
  await Promise.all(
    Object.entries(sources).map(async ([source, ask]) => {
      try {
        const { entries = [], now = [] } = await ask();
        trace.entries.push(...entries);
        trace.now.push(...now);
      } catch (error) {
        if (error instanceof UnknownOrder) throw error;
        trace.missing.push({ source, reason: (error as Error).message });
      }
    }),
  );
  trace.entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return trace;
}

/** order-api knows no such order. */
export class UnknownOrder extends Error {}
