import { analyticsAgrees } from './i5-analytics.js';
import { complaintsAfter, findingsAfter } from './system.fixture.js';
import type { System } from './system.js';

describe('I5', () => {
  it('holds when analytics says what the orders say', () => {
    expect(findingsAfter(analyticsAgrees)).toEqual({ counted: '3 orders in 3 states, revenue 10000', violations: [] });
  });

  it('holds before the first order', () => {
    const empty = (system: System) =>
      void Object.assign(system, { orders: [], summary: { orders: {}, revenue: { amount: 0, currency: 'EUR' } } });
    expect(complaintsAfter(analyticsAgrees, empty)).toEqual([]);
  });

  it.each([
    [
      'a lost event',
      (s: System) => Object.assign(s.summary.orders, { FAILED: 0 }),
      '1 orders are FAILED, analytics says 0',
    ],
    [
      'an invented order',
      (s: System) => Object.assign(s.summary.orders, { PAID: 1 }),
      '0 orders are PAID, analytics says 1',
    ],
    ['a state it never heard of', (s: System) => void delete s.summary.orders.DELIVERED, '1 orders are DELIVERED'],
    [
      'revenue counted twice',
      (s: System) => Object.assign(s.summary.revenue, { amount: 15_000 }),
      'analytics says 15000',
    ],
    [
      'another currency',
      (s: System) => Object.assign(s.summary.revenue, { currency: 'USD' }),
      'is in EUR, analytics says USD',
    ],
  ])('is broken by %s', (_, change, complaint) => {
    expect(complaintsAfter(analyticsAgrees, change)).toEqual([expect.stringContaining(complaint)]);
  });
});
