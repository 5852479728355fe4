import { furthest } from './progress.js';

describe('the known progress of an order', () => {
  it('is not reverted by a late event', () => {
    const confirmed = { attempt: 1, status: 'CONFIRMED' } as const;
    expect(furthest(confirmed, { attempt: 1, status: 'PAID' })).toEqual(confirmed);
  });

  it('advances with each later event', () => {
    expect(furthest({ attempt: 1, status: 'PAID' }, { attempt: 1, status: 'CONFIRMED' }).status).toBe('CONFIRMED');
  });

  it('starts over with a new attempt', () => {
    expect(furthest({ attempt: 1, status: 'FAILED' }, { attempt: 2, status: 'RESERVED' }).status).toBe('RESERVED');
  });
});
