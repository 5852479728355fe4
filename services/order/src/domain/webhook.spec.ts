import { type Answer, verdictOn } from './webhook.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const now = Date.parse('2026-11-26T12:00:00Z');
const verdict = (answer: Answer, age = 0) => verdictOn(answer, age, now);
const later = (ms: number) => ({ kind: 'later', ms });

describe('the answer', () => {
  it.each([200, 201, 202, 204, 299])('%i means that the webhook was delivered', (status) => {
    expect(verdict({ status })).toEqual({ kind: 'delivered' });
  });

  it('410 means that the receiver wants no more', () => {
    expect(verdict({ status: 410 })).toEqual({ kind: 'unwanted' });
  });

  it.each([301, 302, 307, 308, 400, 401, 404, 413, 429, 500, 502, 503])('%i is a failure', (status) => {
    expect(verdict({ status })).toEqual({ kind: 'failed' });
  });

  it.each([
    [429, '120', 2 * MINUTE],
    [503, 'Thu, 26 Nov 2026 12:05:00 GMT', 5 * MINUTE],
    [429, '0', MINUTE],
    [503, 'Thu, 26 Nov 2026 11:00:00 GMT', MINUTE],
  ])(
    '%i with Retry-After: %s is not a failure: the webhook is sent again then, after a minute at least',
    (status, retryAfter, ms) => {
      expect(verdict({ status, retryAfter })).toEqual(later(ms));
    },
  );

  it('that says when, a day after the event, is a failure like any other', () => {
    const answer = { status: 503, retryAfter: '60' };
    expect(verdict(answer, DAY - 1)).toEqual(later(MINUTE));
    expect(verdict(answer, DAY)).toEqual({ kind: 'failed' });
  });

  it.each(['soon', '', '-1'])('429 with Retry-After: %j is a failure', (retryAfter) => {
    expect(verdict({ status: 429, retryAfter })).toEqual({ kind: 'failed' });
  });

  it('500 with Retry-After is a failure', () => {
    expect(verdict({ status: 500, retryAfter: '60' })).toEqual({ kind: 'failed' });
  });
});
