import { SHARDS, shardOf } from './shard.js';

describe('the shard of a key', () => {
  it('is the same in every release, because writers and relays of two releases run concurrently', () => {
    expect(['', 'order-1', 'bücher'].map(shardOf)).toEqual([4, 2, 7]);
  });

  it('is evenly distributed', () => {
    const keys = Array.from({ length: 8_000 }, (_, i) => `order-${i}`);
    const sizes = Array.from({ length: SHARDS }, (_, shard) => keys.filter((key) => shardOf(key) === shard).length);
    expect(Math.min(...sizes)).toBeGreaterThan(800);
    expect(Math.max(...sizes)).toBeLessThan(1_200);
  });
});
