import { allSettledOrThrow } from './all-settled-or-throw.js';

describe('allSettledOrThrow', () => {
  it('resolves with all values', async () => {
    expect(await allSettledOrThrow([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
  });

  it('rejects with the failure when the slowest promise has settled', async () => {
    let settled = false;
    const slow = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      settled = true;
    });
    await expect(allSettledOrThrow([Promise.reject(new Error('a blip')), slow])).rejects.toThrow('a blip');
    expect(settled).toBe(true);
  });
});
