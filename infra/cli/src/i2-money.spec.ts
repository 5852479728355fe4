import { moneyMovesOnce } from './i2-money.js';
import { complaintsAfter, findingsAfter } from './system.fixture.js';
import type { System } from './system.js';

const entry =
  (orderId: string, type: 'charge' | 'refund', changes = {}) =>
  (system: System) =>
    void system.ledger.push({ id: 'x', orderId, type, amount: 5_000, currency: 'EUR', ...changes });

describe('I2', () => {
  it('holds when the sold are charged once and the others not at all', () => {
    expect(findingsAfter(moneyMovesOnce)).toEqual({
      counted: '3 charges and 1 refunds for 3 orders',
      violations: [],
    });
  });

  it('holds for a confirmed order whose first attempt was charged and refunded', () => {
    const change = (system: System) => {
      entry('confirmed', 'charge')(system);
      entry('confirmed', 'refund')(system);
    };
    expect(complaintsAfter(moneyMovesOnce, change)).toEqual([]);
  });

  it.each([
    ['a second charge', entry('confirmed', 'charge'), 'but has 2 charge(s), 0 refund(s)'],
    ['a refund of a confirmed order', entry('confirmed', 'refund'), 'but has 1 charge(s), 1 refund(s)'],
    ['a second refund', entry('failed', 'refund'), 'order failed is FAILED, but -5000 is kept'],
    ['a failed order that paid', entry('failed', 'charge'), 'order failed is FAILED, but 5000 is kept'],
    ['a charge for nothing', entry('nobody', 'charge'), 'charge x is for order nobody, which does not exist'],
    [
      'a partial refund',
      (s: System) => Object.assign(s.ledger[3]!, { amount: 4_000 }),
      'order failed is FAILED, but 1000 is kept',
    ],
    [
      'a wrong amount',
      (s: System) => Object.assign(s.ledger[0]!, { amount: 1 }),
      'order confirmed costs 5000, but 1 was charged',
    ],
    [
      'a wrong currency',
      (s: System) => Object.assign(s.ledger[0]!, { currency: 'USD' }),
      'is in EUR, but ch_1 is in USD',
    ],
    ['a sold order that never paid', (s: System) => void s.ledger.splice(1, 1), 'but has 0 charge(s), 0 refund(s)'],
  ])('is broken by %s', (_, change, complaint) => {
    expect(complaintsAfter(moneyMovesOnce, change)).toEqual([expect.stringContaining(complaint)]);
  });
});
