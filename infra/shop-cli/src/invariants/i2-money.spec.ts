import { findingsAfter, violationsAfter } from './healthy-system.fixture.js';
import { moneyMovesOnce } from './i2-money.js';
import type { Snapshot } from './snapshot.js';

const entry =
  (orderId: string, type: 'charge' | 'refund', changes = {}) =>
  (snapshot: Snapshot) =>
    void snapshot.ledger.push({ id: 'x', orderId, type, amount: 5_000, currency: 'EUR', ...changes });

describe('I2, money moves once', () => {
  it('holds when confirmed orders are charged once and others not at all', () => {
    expect(findingsAfter(moneyMovesOnce)).toEqual({
      counted: '3 charges and 1 refunds for 3 orders',
      violations: [],
    });
  });

  it('holds for a confirmed order whose first attempt was charged and refunded', () => {
    const change = (snapshot: Snapshot) => {
      entry('confirmed', 'charge')(snapshot);
      entry('confirmed', 'refund')(snapshot);
    };
    expect(violationsAfter(moneyMovesOnce, change)).toEqual([]);
  });

  it.each([
    ['a second charge', entry('confirmed', 'charge'), 'but has 2 charge(s), 0 refund(s)'],
    ['a refund of a confirmed order', entry('confirmed', 'refund'), 'but has 1 charge(s), 1 refund(s)'],
    ['a second refund', entry('failed', 'refund'), 'order failed is FAILED, but the net charge is -5000'],
    ['a charge of a failed order', entry('failed', 'charge'), 'order failed is FAILED, but the net charge is 5000'],
    ['a charge for an unknown order', entry('nobody', 'charge'), 'charge x is for order nobody, which does not exist'],
    [
      'a partial refund',
      (s: Snapshot) => Object.assign(s.ledger[3]!, { amount: 4_000 }),
      'order failed is FAILED, but the net charge is 1000',
    ],
    [
      'a wrong amount',
      (s: Snapshot) => Object.assign(s.ledger[0]!, { amount: 1 }),
      'order confirmed costs 5000, but 1 was charged',
    ],
    [
      'a wrong currency',
      (s: Snapshot) => Object.assign(s.ledger[0]!, { currency: 'USD' }),
      'is in EUR, but ch_1 is in USD',
    ],
    [
      'a confirmed order that was not charged',
      (s: Snapshot) => void s.ledger.splice(1, 1),
      'but has 0 charge(s), 0 refund(s)',
    ],
  ])('is broken by %s', (_, change, violation) => {
    expect(violationsAfter(moneyMovesOnce, change)).toEqual([expect.stringContaining(violation)]);
  });
});
