/** Of a histogram: buckets with a higher number hold larger values. The same one may come several times, with what changed. */
export type BucketChange = readonly [bucket: number, n: number, sum: number];

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Each is the mean of the bucket that has the value, so a histogram of equal values is exact. Null without values. */
export function percentilesOf(changes: readonly BucketChange[]): Percentiles {
  const buckets = merged(changes);
  const total = buckets.reduce((sum, { n }) => sum + n, 0);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => valueAt(buckets, share * total));
  return { p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null };
}

interface Bucket {
  bucket: number;
  n: number;
  sum: number;
}

/** In their order, without those that are empty by now. */
function merged(changes: readonly BucketChange[]): Bucket[] {
  const buckets = new Map<number, Bucket>();
  for (const [bucket, n, sum] of changes) {
    const known = buckets.get(bucket);
    buckets.set(bucket, { bucket, n: n + (known?.n ?? 0), sum: sum + (known?.sum ?? 0) });
  }
  return [...buckets.values()].filter(({ n }) => n > 0).sort((a, b) => a.bucket - b.bucket);
}

function valueAt(buckets: readonly Bucket[], rank: number): number | undefined {
  let upTo = 0;
  for (const { n, sum } of buckets) {
    upTo += n;
    if (upTo >= rank) return Math.round(sum / n);
  }
  return undefined;
}
