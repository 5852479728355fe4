import { findingsAfter, violationsAfter } from './healthy-system.fixture.js';
import { analyticsAgrees } from './i5-analytics.js';
import { isConfirmed, type Snapshot } from './snapshot.js';

describe('I5, analytics agrees', () => {
  it('holds when analytics agrees with the orders', () => {
    expect(findingsAfter(analyticsAgrees)).toEqual({
      counted: '3 orders in 3 states, revenue 10000 EUR',
      violations: [],
    });
  });

  it('holds before the first order', () => {
    const empty = (snapshot: Snapshot) =>
      void Object.assign(snapshot, { orders: [], summary: { orders: {}, revenue: { amount: 0, currency: 'EUR' } } });
    expect(violationsAfter(analyticsAgrees, empty)).toEqual([]);
  });

  it('holds for the revenue in each of several currencies', () => {
    const alsoUsd = ({ orders, summary }: Snapshot) => {
      const sold = orders.find(isConfirmed)!;
      orders.push({ ...sold, orderId: 'o9', total: { amount: 700, currency: 'USD' } });
      Object.assign(summary.orders, { [sold.status]: summary.orders[sold.status]! + 1 });
      Object.assign(summary, { otherCurrencies: [{ revenue: { amount: 700, currency: 'USD' } }] });
    };
    expect(violationsAfter(analyticsAgrees, alsoUsd)).toEqual([]);
  });

  it.each([
    [
      'a lost event',
      (s: Snapshot) => Object.assign(s.summary.orders, { FAILED: 0 }),
      '1 orders are FAILED, analytics reports 0',
    ],
    [
      'an order that does not exist',
      (s: Snapshot) => Object.assign(s.summary.orders, { PAID: 1 }),
      '0 orders are PAID, analytics reports 1',
    ],
    ['a missing state', (s: Snapshot) => void delete s.summary.orders.DELIVERED, '1 orders are DELIVERED'],
    [
      'revenue counted twice',
      (s: Snapshot) => Object.assign(s.summary.revenue, { amount: 15_000 }),
      'analytics reports 15000 EUR',
    ],
    [
      'another currency',
      (s: Snapshot) => Object.assign(s.summary.revenue, { currency: 'USD' }),
      'is 10000 EUR, analytics reports 10000 USD',
    ],
  ])('is broken by %s', (_, change, violation) => {
    expect(violationsAfter(analyticsAgrees, change)).toEqual([expect.stringContaining(violation)]);
  });
});
