const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * By what Java's client chooses the partition of a key (Apache Kafka, `Utils.toPositive(Utils.murmur2(key))`): 31 bits. The
 * clients' own need too long for large messages without a key: kafkajs's grows with the square of the length.
 */
export function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  const end = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < end; at += 4) {
    let block = Math.imul(bytes.readInt32LE(at), MULTIPLIER);
    block ^= block >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(block, MULTIPLIER);
  }
  const rest = length - end;
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(end, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
