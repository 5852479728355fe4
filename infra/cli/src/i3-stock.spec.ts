import { stockIsConserved } from './i3-stock.js';
import { complaintsAfter, findingsAfter } from './system.fixture.js';
import type { Product, System } from './system.js';

const product = (changes: Partial<Product>) => (system: System) => void Object.assign(system.products[0]!, changes);

describe('I3', () => {
  it('holds when products, reservations and orders agree', () => {
    expect(findingsAfter(stockIsConserved)).toEqual({ counted: '1 products, 3 reservations', violations: [] });
  });

  it('says so when nobody knows the initial stock, unless it is given', () => {
    const forget = (system: System) => {
      delete system.products[0]!.initial;
      delete system.products[0]!.shipped;
    };
    expect(findingsAfter(stockIsConserved, forget)).toMatchObject({ violations: [], notChecked: expect.any(String) });
    expect(findingsAfter(stockIsConserved, forget, { initial: { 'BOOK-001': 10 } }).notChecked).toBeUndefined();
    expect(complaintsAfter(stockIsConserved, forget, { initial: { 'BOOK-001': 11 } })).toHaveLength(1);
  });

  it.each([
    ['stock that vanished', product({ onHand: 7, available: 5 }), '7 on hand and 2 shipped are not the initial 10'],
    ['a wrong count of shipped', product({ shipped: 3 }), '3 shipped, but its reservations say 2'],
    [
      'a wrong count of reserved',
      product({ reserved: 1, available: 7 }),
      '1 reserved, but its open reservations say 2',
    ],
    ['a wrong count of available', product({ available: 8 }), '8 available, not 8 less 2'],
    ['overselling', product({ onHand: 1, initial: 3, available: -1 }), 'oversold: 1 on hand, 2 promised'],
    ['goods shipped for a failed order', releasedBecomes('SHIPPED'), 'are SHIPPED for order failed, which is FAILED'],
    ['goods that a failed order left', releasedBecomes('OPEN'), 'are OPEN for order failed, which is FAILED'],
    [
      'goods released under a confirmed order',
      (system: System) => {
        system.reservations[0]!.status = 'RELEASED';
        product({ reserved: 0, available: 8 })(system);
      },
      'order confirmed is CONFIRMED with 2 x BOOK-001, but 0 are held for it',
    ],
    [
      'goods held for no order',
      (system: System) => Object.assign(system.reservations[2]!, { orderId: 'nobody' }),
      'for order nobody, which does not exist',
    ],
  ])('is broken by %s', (_, change, complaint) => {
    expect(complaintsAfter(stockIsConserved, change)).toContainEqual(expect.stringContaining(complaint));
  });

  it('is broken by a product that is gone', () => {
    const initial = { 'BOOK-001': 10, 'BOOK-002': 5 };
    expect(complaintsAfter(stockIsConserved, undefined, { initial })).toEqual([
      'product BOOK-002 had an initial stock, but does not exist',
    ]);
  });
});

function releasedBecomes(status: 'OPEN' | 'SHIPPED') {
  return (system: System) => Object.assign(system.reservations[2]!, { status });
}
