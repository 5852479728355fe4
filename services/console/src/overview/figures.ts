import type { PictureEdge, PictureNode } from './picture.js';
import type { ProcessState } from './process-states.js';
import { growthOf, type Reading, type Window } from './reading.js';
import { HANDLED, PUBLISHED } from './system-series.js';

/** The key figures of the system. Null: no process that responds says it. */
export interface Figures {
  /** Messages a second. */
  published: number | null;
  handled: number | null;
  /** Messages that are not consumed yet, and the age of the oldest in seconds. */
  lagMessages: number | null;
  lagSeconds: number | null;
  retries: number | null;
  deadLetters: number | null;
  parkedKeys: number | null;
  /** Messages in all outboxes. */
  outbox: number | null;
  /** Cores and bytes, of all processes. */
  cpu: number | null;
  memory: number | null;
}

export interface Scene {
  reading: Reading;
  window: Window | undefined;
  nodes: readonly PictureNode[];
  edges: readonly PictureEdge[];
  processes: readonly ProcessState[];
}

export function figuresOf({ reading, window, nodes, edges, processes }: Scene): Figures {
  const rate = (metric: string) =>
    window && reading.declares(metric) ? sum([...growthOf(window, metric).values()]) / window.seconds : null;
  const gauges = (metric: string) => reading.gauges(metric).map(({ value }) => value);
  const deadLetters = gauges('waybill_dead_letters_waiting');
  return {
    published: rate(PUBLISHED.metric),
    handled: rate(HANDLED.metric),
    lagMessages: total(gauges('waybill_consumer_lag_messages')),
    lagSeconds: greatest(gauges('waybill_consumer_lag_seconds')),
    retries: total(gauges('waybill_retries_waiting')),
    deadLetters: total(deadLetters) ?? total(edges.flatMap((edge) => edge.deadLetters?.messages ?? [])),
    parkedKeys: total(edges.flatMap(({ parked }) => parked?.keys ?? [])),
    outbox: total(nodes.flatMap(({ outbox }) => outbox?.messages ?? [])),
    cpu: total(processes.flatMap(({ cpu }) => cpu ?? [])),
    memory: total(processes.flatMap(({ memory }) => memory ?? [])),
  };
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const total = (values: readonly number[]) => (values.length ? sum(values) : null);
const greatest = (values: readonly number[]) => (values.length ? Math.max(...values) : null);
