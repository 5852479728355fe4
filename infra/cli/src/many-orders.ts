import { written } from './duration.js';
import type { OrderRequest } from './place-order.js';
import { type OrderRun, outcomeOf, runOrder } from './run-order.js';

/** How many orders are on their way at a time. */
const CONCURRENCY = 20;

export interface ManyOptions {
  count: number;
  timeout: number;
  print: (line: string) => void;
}

/** Places many orders, prints a line for each as it ends, then what became of them all. */
export async function manyOrders(orderApi: string, order: OrderRequest, options: ManyOptions): Promise<OrderRun[]> {
  const { count, timeout, print } = options;
  const runs: OrderRun[] = [];
  let next = 0;
  const worker = async () => {
    while (next++ < count) {
      const run = await runOrder(orderApi, order, { timeout });
      runs.push(run);
      print(`${String(runs.length).padStart(String(count).length)}/${count}  ${line(run)}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, count) }, worker));
  print(`\n${summary(runs)}`);
  return runs;
}

function line({ orderId, state, at, failure }: OrderRun): string {
  if (failure) return [orderId, failure].filter(Boolean).join('  ');
  return `${orderId}  ${outcomeOf(state)}  after ${written(at!)}`;
}

/** How many ended how, and how long it took. */
export function summary(runs: readonly OrderRun[]): string {
  const byOutcome = Map.groupBy(runs, ({ failure, state }) => (failure ? 'without an outcome' : outcomeOf(state)));
  const counts = [...byOutcome]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([what, { length }]) => `${length} ${what}`);
  const ended = runs.filter(({ failure }) => !failure);
  return [
    `${runs.length} orders: ${counts.join(', ')}`,
    ...percentiles(
      'POST to 202',
      runs.flatMap(({ accepted }) => accepted ?? []),
    ),
    ...percentiles(
      'POST to outcome',
      ended.flatMap(({ at }) => at ?? []),
    ),
  ].join('\n');
}

function percentiles(what: string, values: number[]): string[] {
  if (!values.length) return [];
  return [`${what.padEnd(15)}  p50 ${written(percentile(values, 0.5))}, p95 ${written(percentile(values, 0.95))}`];
}

/** The smallest of the values that at least this share of them does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}
