import { randomUUID } from 'node:crypto';
import type { StoredResponse } from './response.js';

/** What is used of the official client (`redis`, its `createClient()`); structural, so that this library does not import it. */
export interface RedisClient {
  sendCommand(args: string[]): Promise<unknown>;
}

/** The key is in flight: for which request, and in which process. */
export interface Lease {
  fingerprint: string;
  token: string;
}

// Compare the whole value, so that a process never renews, releases or overwrites what now belongs to another one.
const RENEW = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0`;
const RELEASE = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`;
// The first response stays; a lease, whoever holds it, is replaced.
const STORE = `
  local held = redis.call('GET', KEYS[1])
  if held and cjson.decode(held).status then return held end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return false`;

/** One Redis key per idempotency key: first the lease, then the response. Redis expires both. */
export class RedisRecords {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Acquires the key for `ms`, or returns what it holds. One atomic command, since Redis 7.0. */
  async claim(
    key: string,
    fingerprint: string,
    ms: number,
  ): Promise<{ lease: Lease } | { held: Lease | StoredResponse }> {
    const lease = { fingerprint, token: randomUUID() };
    const command = ['SET', this.prefix + key, leaseText(lease), 'NX', 'GET', 'PX', String(ms)];
    const held = (await this.redis.sendCommand(command)) as string | null;
    return held === null ? { lease } : { held: parse(held) };
  }

  /** False when the lease has expired, whoever holds the key now. */
  async renew(key: string, lease: Lease, ms: number): Promise<boolean> {
    return (await this.script(RENEW, key, leaseText(lease), String(ms))) === 1;
  }

  async release(key: string, lease: Lease): Promise<void> {
    await this.script(RELEASE, key, leaseText(lease));
  }

  /** Stores the response for `ms`, unless there is one already; then returns that. */
  async store(key: string, response: StoredResponse, ms: number): Promise<StoredResponse | undefined> {
    const { fingerprint, status, headers, body } = response;
    const text = JSON.stringify({ fingerprint, status, headers, body: Buffer.from(body).toString('base64') });
    const earlier = (await this.script(STORE, key, text, String(ms))) as string | null;
    return earlier === null ? undefined : (parse(earlier) as StoredResponse);
  }

  private script(script: string, key: string, ...args: string[]): Promise<unknown> {
    return this.redis.sendCommand(['EVAL', script, '1', this.prefix + key, ...args]);
  }
}

export const isResponse = (held: Lease | StoredResponse): held is StoredResponse => 'status' in held;

const leaseText = ({ fingerprint, token }: Lease): string => JSON.stringify({ fingerprint, token });

function parse(text: string): Lease | StoredResponse {
  const held = JSON.parse(text);
  return 'status' in held ? { ...held, body: Buffer.from(held.body, 'base64') } : held;
}
