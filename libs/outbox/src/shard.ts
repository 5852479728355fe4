/**
 * Number of shards into which each target's messages are split; concurrent relays share them. Writers and relays must agree,
 * so it is not an option: change it only while the outbox is empty.
 */
export const SHARDS = 8;

/** A key is always in the same shard, so that one relay at a time publishes it. Without a key: a random shard. */
export function shardOf(key: string | null): number {
  return key === null ? Math.floor(Math.random() * SHARDS) : fnv1a(key) % SHARDS;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The low bits by themselves are unevenly distributed for keys that differ only in their last characters.
  return (hash ^ (hash >>> 15)) >>> 0;
}
