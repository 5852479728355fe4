import { v7 } from 'uuid';

const BYTES = 16;
const POOL = 256 * BYTES;
const pool = new Uint8Array(POOL);
let used = POOL;

/** A UUIDv7. Its random bytes come from the system for many ids at a time: one by one they cost more than the rest of a message. */
export function newMessageId(): string {
  if (used === POOL) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + BYTES);
  used += BYTES;
  return v7({ random });
}
