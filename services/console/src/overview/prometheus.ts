import { z } from 'zod';
import { RANGES, type Range, type Table } from './recorder.js';
import type { Series } from './series.js';

const Matrix = z.object({
  data: z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) }),
});

const TIMEOUT = 5_000;
/** Prometheus scrapes every 15 s: a shorter step shows nothing more, a shorter window nothing at all. */
const RESOLUTION: Record<Range, { step: number; window: string }> = {
  '15m': { step: 15_000, window: '1m' },
  '6h': { step: 60_000, window: '1m' },
};

/** Reads the series from Prometheus instead, which records them while nobody watches. Rejects when it does not respond. */
export class PrometheusSeries {
  constructor(
    private readonly url: string,
    private readonly series: readonly Series[],
  ) {}

  async read(range: Range, now: number): Promise<Table> {
    const { step, window } = RESOLUTION[range];
    const end = Math.floor(now / step) * step;
    const start = end - RANGES[range].length + step;
    const times = Array.from({ length: (end - start) / step + 1 }, (_, n) => start + n * step);
    const values = await Promise.all(
      this.series.map(async (series) => {
        const known = await this.query(series.promql(window), { start, end, step });
        return times.map((at) => known.get(at) ?? null);
      }),
    );
    return { step, times, values };
  }

  private async query(query: string, { start, end, step }: Record<'start' | 'end' | 'step', number>) {
    const inSeconds = { start: `${start / 1_000}`, end: `${end / 1_000}`, step: `${step / 1_000}` };
    const url = `${this.url.replace(/\/$/, '')}/api/v1/query_range?${new URLSearchParams({ query, ...inSeconds })}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
    if (!response.ok) throw new Error(`${response.status}`);
    const [values] = Matrix.parse(await response.json()).data.result;
    // A quantile of nothing is NaN.
    const numbers = (values?.values ?? []).map(([at, value]) => [at * 1_000, Number(value)] as const);
    return new Map(numbers.filter(([, value]) => Number.isFinite(value)));
  }
}
