import { BusinessRejection, CrashedProcess, MalformedMessage } from './handler-errors.js';
import { classOf, isDeadLetter, MAX_CRASHES, MAX_RETRIES, retryDelay } from './retry-policy.js';

describe('a message that fails', () => {
  it('is given up at once when it is malformed or the business says no', () => {
    expect(isDeadLetter(classOf(new MalformedMessage('no JSON')), 1)).toBe(true);
    expect(isDeadLetter(classOf(new BusinessRejection('shipped already')), 1)).toBe(true);
  });

  it('is tried again three times for any other reason', () => {
    const given = [1, 2, 3, 4].map((attempts) => isDeadLetter(classOf(new Error('timeout')), attempts));
    expect(given).toEqual([false, false, false, true]);
    expect(MAX_RETRIES).toBe(3);
  });

  it('is given up after three crashes for which nothing else can be blamed', () => {
    const given = [0, 1, 2, 3].map((crashes) => isDeadLetter('crashing', crashes));
    expect(given).toEqual([false, false, false, true]);
    expect(MAX_CRASHES).toBe(3);
    expect(classOf(new CrashedProcess(3))).toBe('crashing');
  });

  it('waits longer each time, and never the same', () => {
    expect([1, 2, 3].map((attempts) => retryDelay(attempts, () => 1))).toEqual([500, 2_000, 8_000]);
    expect(retryDelay(3, () => 0.25)).toBe(2_000);
  });
});
