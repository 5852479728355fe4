import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.js';

/** What is needed of the official client (`redis`, its `createClient()`); structural, so that it is imported by nobody here. */
export interface RedisClient {
  sendCommand(args: string[]): Promise<unknown>;
}

/** Somebody works on it: which request, and which of its copies. */
export interface Lease {
  fingerprint: string;
  token: string;
}

export interface RecordedAnswer extends Answer {
  fingerprint: string;
}

// Compares whole values, so that nobody prolongs, frees or overwrites what became another's meanwhile.
const PROLONG = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0`;
const FREE = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`;
// The first answer stands; a lease, also another's, gives way to it.
const RECORD = `
  local held = redis.call('GET', KEYS[1])
  if held and cjson.decode(held).status then return held end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return false`;

/** One Redis key for each idempotency key: a lease first, then the answer. Both expire by themselves. */
export class RedisRecords {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Takes the key for `ms` unless it is taken; then gives what holds it. One atomic command, Redis 7.0. */
  async claim(
    key: string,
    fingerprint: string,
    ms: number,
  ): Promise<{ lease: Lease } | { held: Lease | RecordedAnswer }> {
    const lease = { fingerprint, token: randomUUID() };
    const command = ['SET', this.prefix + key, leaseText(lease), 'NX', 'GET', 'PX', String(ms)];
    const held = (await this.redis.sendCommand(command)) as string | null;
    return held === null ? { lease } : { held: parse(held) };
  }

  /** False when the lease has run out, whoever holds the key now. */
  async prolong(key: string, lease: Lease, ms: number): Promise<boolean> {
    return (await this.script(PROLONG, key, leaseText(lease), String(ms))) === 1;
  }

  async free(key: string, lease: Lease): Promise<void> {
    await this.script(FREE, key, leaseText(lease));
  }

  /** Keeps the answer for `ms`, unless there is one; then gives that. */
  async record(key: string, answer: RecordedAnswer, ms: number): Promise<RecordedAnswer | undefined> {
    const { fingerprint, status, headers, body } = answer;
    const text = JSON.stringify({ fingerprint, status, headers, body: Buffer.from(body).toString('base64') });
    const earlier = (await this.script(RECORD, key, text, String(ms))) as string | null;
    return earlier === null ? undefined : (parse(earlier) as RecordedAnswer);
  }

  private script(script: string, key: string, ...args: string[]): Promise<unknown> {
    return this.redis.sendCommand(['EVAL', script, '1', this.prefix + key, ...args]);
  }
}

export const isAnswer = (held: Lease | RecordedAnswer): held is RecordedAnswer => 'status' in held;

const leaseText = ({ fingerprint, token }: Lease): string => JSON.stringify({ fingerprint, token });

function parse(text: string): Lease | RecordedAnswer {
  const held = JSON.parse(text);
  return 'status' in held ? { ...held, body: Buffer.from(held.body, 'base64') } : held;
}
