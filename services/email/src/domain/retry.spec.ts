import { retryDelay } from './retry.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const options = { retryAfter: MINUTE, retriedFor: 5 * DAY };
const deferred = { kind: 'deferred', reply: '451 greylisted' } as const;
const unavailable = { kind: 'unavailable', reply: 'ECONNREFUSED' } as const;

describe('a mail', () => {
  it('that is deferred is sent again after 1, 3, 9 and 27 minutes, then every hour', () => {
    const delays = [0, 1, 2, 3, 4, 50].map((deferrals) => retryDelay(deferred, { deferrals, age: 0 }, options));
    expect(delays.map((delay) => delay! / MINUTE)).toEqual([1, 3, 9, 27, 60, 60]);
  });

  it('is sent again after a second when the server was unavailable, however often it was deferred before', () => {
    expect(retryDelay(unavailable, { deferrals: 9, age: 0 }, options)).toBe(1_000);
  });

  it.each([deferred, unavailable])('is not retried any more after five days: $kind', (outcome) => {
    expect(retryDelay(outcome, { deferrals: 99, age: 5 * DAY - 1 }, options)).toBeGreaterThan(0);
    expect(retryDelay(outcome, { deferrals: 99, age: 5 * DAY }, options)).toBeUndefined();
  });

  it('is never retried when it was rejected', () => {
    const rejected = { kind: 'rejected', reply: '550 no such user' } as const;
    expect(retryDelay(rejected, { deferrals: 0, age: 0 }, options)).toBeUndefined();
  });
});
