import { BusinessRejection, CrashedProcess, MalformedMessage } from './handler-errors.js';
import { classOf, isDeadLetter, retryDelay } from './retry-policy.js';

describe('a message that fails', () => {
  it('is a dead letter without a retry when it is malformed or the business rejects it', () => {
    expect(isDeadLetter(classOf(new MalformedMessage('no JSON')), 1)).toBe(true);
    expect(isDeadLetter(classOf(new BusinessRejection('shipped already')), 1)).toBe(true);
  });

  it('is retried three times for any other reason', () => {
    const failures = [1, 2, 3, 4].map((attempts) => isDeadLetter(classOf(new Error('timeout')), attempts));
    expect(failures).toEqual([false, false, false, true]);
  });

  it('is retried as often as its handler says', () => {
    const failures = [1, 2].map((attempts) => isDeadLetter('transient', attempts, { retries: 1 }));
    expect(failures).toEqual([false, true]);
    expect(isDeadLetter('malformed', 1, { retries: 10 })).toBe(true);
  });

  it('is a dead letter after three crashes in isolation', () => {
    const crashes = [0, 1, 2, 3].map((count) => isDeadLetter('crashing', count));
    expect(crashes).toEqual([false, false, false, true]);
    expect(classOf(new CrashedProcess(3))).toBe('crashing');
  });

  it('waits longer each time, with jitter', () => {
    expect([1, 2, 3].map((attempts) => retryDelay(attempts, {}, () => 1))).toEqual([500, 2_000, 8_000]);
    expect(retryDelay(3, {}, () => 0.25)).toBe(2_000);
    expect(retryDelay(2, { retryDelay: 100 }, () => 1)).toBe(400);
  });
});
