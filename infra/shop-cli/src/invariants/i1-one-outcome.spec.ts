import { findingsAfter, order, violationsAfter } from './healthy-system.fixture.js';
import { oneOutcome } from './i1-one-outcome.js';

const accepted = ['confirmed', 'delivered', 'failed'];
const history = (...states: string[]) => ({ history: states.map((status) => ({ status })) });

describe('I1, one outcome', () => {
  it('holds when each order has one outcome, and names what it cannot check', () => {
    expect(findingsAfter(oneOutcome)).toEqual({
      counted: '3 orders',
      violations: [],
      notChecked: expect.stringContaining('--accepted'),
    });
    expect(findingsAfter(oneOutcome, undefined, { accepted }).notChecked).toBeUndefined();
  });

  it('holds for an order that failed, was retried and is confirmed', () => {
    const retried = order('retried', 'CONFIRMED', {
      attempt: 2,
      ...history('PENDING', 'FAILED', 'PENDING', 'CONFIRMED'),
    });
    expect(violationsAfter(oneOutcome, ({ orders }) => orders.push(retried))).toEqual([]);
  });

  it.each([
    ['has no outcome', order('x', 'PAID'), 'x has no outcome: it is PAID'],
    ['has two outcomes', order('x', 'FAILED', history('PENDING', 'FAILED', 'FAILED')), 'x has 2 outcomes'],
    ['is shipped, but was never confirmed', order('x', 'SHIPPED', history('PENDING', 'SHIPPED')), 'x has 0 outcomes'],
    [
      'is retried although it was confirmed',
      order('x', 'FAILED', { attempt: 2, ...history('CONFIRMED', 'FAILED') }),
      'was CONFIRMED and has a later outcome',
    ],
    [
      'has another status than its history',
      order('x', 'SHIPPED', history('CONFIRMED')),
      'its history ends differently',
    ],
    ['is listed twice', order('failed', 'FAILED'), 'failed is listed more than once'],
  ])('is broken by an order that %s', (_, broken, violation) => {
    expect(violationsAfter(oneOutcome, ({ orders }) => orders.push(broken))).toEqual([
      expect.stringContaining(violation),
    ]);
  });

  it('is broken by an accepted order that does not exist', () => {
    expect(violationsAfter(oneOutcome, undefined, { accepted: [...accepted, 'lost'] })).toEqual([
      'order lost was accepted, but there is no such order',
    ]);
  });

  it('is broken by an order that was not accepted, when all accepted ones are known', () => {
    const expectations = { accepted: ['confirmed', 'failed'] };
    expect(violationsAfter(oneOutcome, undefined, expectations)).toEqual([]);
    expect(violationsAfter(oneOutcome, undefined, { ...expectations, onlyAccepted: true })).toEqual([
      'order delivered exists, but was never accepted',
    ]);
  });
});
