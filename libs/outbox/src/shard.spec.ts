import { SHARDS, shardOf } from './shard.js';

describe('the shard of a key', () => {
  it('stays the same over releases, because writers and relays of two releases run side by side', () => {
    expect(['', 'order-1', 'bücher'].map(shardOf)).toEqual([4, 2, 7]);
  });

  it('spreads keys evenly', () => {
    const keys = Array.from({ length: 8_000 }, (_, i) => `order-${i}`);
    const sizes = Array.from({ length: SHARDS }, (_, shard) => keys.filter((key) => shardOf(key) === shard).length);
    expect(Math.min(...sizes)).toBeGreaterThan(800);
    expect(Math.max(...sizes)).toBeLessThan(1_200);
  });
});
