import { percentilesOf } from './percentiles.js';

describe('percentiles of a histogram', () => {
  it('are null without values', () => {
    expect(percentilesOf([])).toEqual({ p50: null, p95: null, p99: null });
    expect(
      percentilesOf([
        [1, 2, 20],
        [1, -2, -20],
      ]),
    ).toEqual({ p50: null, p95: null, p99: null });
  });

  it('are the means of their buckets, whatever the order of the changes', () => {
    const changes = [
      [9, 1, 900],
      [1, 90, 90],
      [5, 3, 160],
      [5, 4, 190],
      [9, 1, 1_100],
      [7, 1, 100],
    ] as const;
    expect(percentilesOf(changes)).toEqual({ p50: 1, p95: 50, p99: 1_000 });
  });
});
