import { restartDelay } from './backoff.js';

describe('a process that crashes', () => {
  it('is restarted after at most a second, the first ten times in a row', () => {
    const delays = Array.from({ length: 10 }, (_, n) => restartDelay(n + 1));
    expect(delays[0]).toBe(250);
    expect(Math.max(...delays)).toBe(1_000);
  });

  it('is restarted after up to fifteen seconds when it keeps crashing', () => {
    expect([11, 12, 20].map(restartDelay)).toEqual([2_000, 4_000, 15_000]);
  });
});
