import { type Reading, windowOf } from './reading.js';
import type { Series } from './series.js';

/** In ms. */
interface Resolution {
  step: number;
  length: number;
  /** What rates and quantiles are computed over. */
  window: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const RANGES = {
  '15m': { step: 3 * SECOND, length: 15 * MINUTE, window: 20 * SECOND },
  '6h': { step: MINUTE, length: 360 * MINUTE, window: MINUTE },
} as const satisfies Record<string, Resolution>;
export type Range = keyof typeof RANGES;

const LONGEST_WINDOW = Math.max(...Object.values(RANGES).map(({ window }) => window));

/** Values by series and step; null: unknown, shown as a gap. */
export interface Table {
  /** In ms. */
  step: number;
  times: number[];
  values: (number | null)[][];
}

/**
 * A time series in memory: about 300 values of each series at 3 s, and 360 at 1 min. Steps in which nobody watched are gaps.
 */
export class Recorder {
  /** Without a gap, up to the longest window. */
  private recent: Reading[] = [];
  private readonly tracks: Record<Range, Map<number, (number | null)[]>> = { '15m': new Map(), '6h': new Map() };

  constructor(private readonly series: readonly Series[]) {}

  add(reading: Reading): void {
    this.recent = [...this.recent.filter(({ at }) => at >= reading.at - LONGEST_WINDOW), reading];
    for (const range of Object.keys(RANGES) as Range[]) this.record(range, reading);
  }

  /** What follows has no connection to what was before: between them nobody watched. */
  interrupt(): void {
    this.recent = [];
  }

  read(range: Range, now: number): Table {
    const { step, length } = RANGES[range];
    const last = Math.floor(now / step);
    const steps = Array.from({ length: length / step }, (_, n) => last - length / step + 1 + n);
    return {
      step,
      times: steps.map((at) => at * step),
      values: this.series.map((_, n) => steps.map((at) => this.valuesAt(range, at)?.[n] ?? null)),
    };
  }

  /** The oldest reading of the window; undefined when there is none before this one. */
  windowOf(reading: Reading, length: number) {
    const before = this.recent.find(({ at }) => at >= reading.at - length);
    return before && before !== reading ? windowOf(before, reading) : undefined;
  }

  /** A busy system is read late: the values of a step are those of the one before until the next. */
  private valuesAt(range: Range, at: number) {
    const track = this.tracks[range];
    return track.get(at) ?? (track.has(at + 1) ? track.get(at - 1) : undefined);
  }

  private record(range: Range, reading: Reading): void {
    const { step, length, window: span } = RANGES[range];
    const track = this.tracks[range];
    const at = Math.floor(reading.at / step);
    for (const old of track.keys()) if (old <= at - length / step) track.delete(old);
    const window = this.windowOf(reading, span);
    const values = this.series.map((one) => window?.now && one.valueIn(window));
    const before = track.get(at);
    track.set(
      at,
      this.series.map(({ gauge }, n) => greater(gauge ? before?.[n] : undefined, values[n])),
    );
  }
}

/** Within a step, a gauge shows its greatest value. */
function greater(a: number | null | undefined, b: number | null | undefined): number | null {
  return a == null ? (b ?? null) : Math.max(a, b ?? a);
}
