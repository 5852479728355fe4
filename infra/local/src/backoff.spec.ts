import { restartDelay } from './backoff.js';

describe('a process that crashes', () => {
  it('is started again after at most a second, the first ten times in a row', () => {
    const delays = Array.from({ length: 10 }, (_, n) => restartDelay(n + 1));
    expect(delays[0]).toBe(250);
    expect(Math.max(...delays)).toBe(1_000);
  });

  it('is given up to fifteen seconds when it goes on crashing', () => {
    expect([11, 12, 20].map(restartDelay)).toEqual([2_000, 4_000, 15_000]);
  });
});
