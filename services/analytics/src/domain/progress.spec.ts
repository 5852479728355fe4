import { furthest } from './progress.js';

describe('what is known of an order', () => {
  it('is not taken back by an event that comes late', () => {
    const confirmed = { attempt: 1, status: 'CONFIRMED' } as const;
    expect(furthest(confirmed, { attempt: 1, status: 'PAID' })).toEqual(confirmed);
  });

  it('moves on with each later event', () => {
    expect(furthest({ attempt: 1, status: 'PAID' }, { attempt: 1, status: 'CONFIRMED' }).status).toBe('CONFIRMED');
  });

  it('starts over with a new attempt', () => {
    expect(furthest({ attempt: 1, status: 'FAILED' }, { attempt: 2, status: 'RESERVED' }).status).toBe('RESERVED');
  });
});
