import { ArrivalHistory } from './arrival-history.js';

/** One sample a second: messages in the queue, and acknowledged so far. Returns the ages in seconds. */
const agesOf = (samples: readonly [messages: number, acknowledged: number][]) => {
  const history = new ArrivalHistory();
  return samples.map(([messages, acknowledged], n) => history.add(n * 1_000, { messages, acknowledged }) / 1_000);
};

describe('the age of the first message of a queue', () => {
  it('grows while nothing is acknowledged, whatever arrives behind it', () => {
    expect(agesOf([[0, 7], [3, 7], [3, 7], [10, 7], [10, 7]])).toEqual([0, 0, 1, 2, 3]); // biome-ignore format: a table
  });

  it('is that of the next one once the first have left', () => {
    expect(agesOf([[0, 0], [3, 0], [5, 0], [5, 0], [3, 2], [2, 3], [1, 4], [0, 5]])).toEqual([0, 0, 1, 2, 3, 3, 4, 0]); // biome-ignore format: a table
  });

  it('stays small while messages pass through, and is right when they stop', () => {
    expect(agesOf([[2, 0], [2, 10], [2, 20], [2, 30], [2, 30], [2, 30]])).toEqual([0, 0, 0, 0, 1, 2]); // biome-ignore format: a table
  });

  it('counts what was there at the first sample from then on', () => {
    expect(agesOf([[5, 100], [5, 100], [4, 101]])).toEqual([0, 1, 2]); // biome-ignore format: a table
  });

  it('does not begin anew with the counter of a broker that was restarted', () => {
    expect(agesOf([[0, 90], [4, 90], [4, 0], [3, 1], [5, 1], [2, 4]])).toEqual([0, 0, 1, 2, 3, 1]); // biome-ignore format: a table
  });

  it('is right before the counter has followed, and after the queue was purged', () => {
    expect(agesOf([[6, 0], [2, 0], [2, 4], [2, 4]])).toEqual([0, 1, 2, 3]); // biome-ignore format: a table
    expect(agesOf([[6, 0], [0, 0], [1, 0], [1, 0], [1, 1], [0, 2]])).toEqual([0, 0, 0, 1, 0, 0]); // biome-ignore format: a table
  });

  it('is kept over days in a few samples, within a small part of it', () => {
    const history = new ArrivalHistory();
    const perDay = (24 * 3_600) / 5;
    let age = 0;
    for (let n = 0; n < perDay; n++) age = history.add(n * 5_000, { messages: n + 1, acknowledged: 0 });
    expect(age).toBe((perDay - 1) * 5_000);
    age = history.add(perDay * 5_000, { messages: perDay / 2, acknowledged: perDay / 2 });
    expect(age / 1_000).toBeGreaterThan(11.8 * 3_600);
    expect(age / 1_000).toBeLessThanOrEqual(12 * 3_600);
  });
});
