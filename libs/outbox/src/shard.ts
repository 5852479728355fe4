/**
 * Into how many parts each target's messages are split; relays side by side share them. Writers and relays must agree, so
 * it is no option: change it only while the outbox is empty.
 */
export const SHARDS = 8;

/** A key is always in the same shard, so that one relay at a time publishes it. Without a key: any. */
export function shardOf(key: string | null): number {
  return key === null ? Math.floor(Math.random() * SHARDS) : fnv1a(key) % SHARDS;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The low bits alone mix badly for keys that differ in their last characters.
  return (hash ^ (hash >>> 15)) >>> 0;
}
