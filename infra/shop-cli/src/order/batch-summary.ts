import { formatDuration } from '@waybill/cli';
import { formatState, type OrderResult } from './place-and-follow.js';

/** The number of orders per outcome, and percentiles of their times. */
export function formatBatchSummary(results: readonly OrderResult[]): string {
  const byOutcome = Map.groupBy(results, ({ failure, state }) => (failure ? 'without an outcome' : formatState(state)));
  const counts = [...byOutcome]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([outcome, { length }]) => `${length} ${outcome}`);
  const accepted = results.flatMap(({ acceptedAfter }) => acceptedAfter ?? []);
  const ended = results.filter(({ failure }) => !failure).flatMap(({ stateAfter }) => stateAfter ?? []);
  return [
    `${results.length} orders: ${counts.join(', ')}`,
    ...percentiles('POST to 202', accepted),
    ...percentiles('POST to outcome', ended),
  ].join('\n');
}

function percentiles(what: string, values: number[]): string[] {
  if (!values.length) return [];
  const [p50, p95] = [0.5, 0.95].map((share) => formatDuration(percentile(values, share)));
  return [`${what.padEnd(15)}  p50 ${p50}, p95 ${p95}`];
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}
