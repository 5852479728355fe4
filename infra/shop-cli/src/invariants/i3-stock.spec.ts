import { findingsAfter, violationsAfter } from './healthy-system.fixture.js';
import { stockIsConserved } from './i3-stock.js';
import type { Product, Snapshot } from './snapshot.js';

const product = (changes: Partial<Product>) => (snapshot: Snapshot) =>
  void Object.assign(snapshot.products[0]!, changes);

describe('I3, stock is conserved', () => {
  it('holds when products, reservations and orders agree', () => {
    expect(findingsAfter(stockIsConserved)).toEqual({ counted: '1 products, 3 reservations', violations: [] });
  });

  it('cannot check conservation when the initial stock is unknown, unless it is given', () => {
    const forget = (snapshot: Snapshot) => {
      delete snapshot.products[0]!.initial;
      delete snapshot.products[0]!.shipped;
    };
    expect(findingsAfter(stockIsConserved, forget)).toMatchObject({ violations: [], notChecked: expect.any(String) });
    expect(findingsAfter(stockIsConserved, forget, { initial: { 'BOOK-001': 10 } }).notChecked).toBeUndefined();
    expect(violationsAfter(stockIsConserved, forget, { initial: { 'BOOK-001': 11 } })).toHaveLength(1);
  });

  it.each([
    [
      'stock that vanished',
      product({ onHand: 7, available: 5 }),
      '7 on hand and 2 shipped do not add up to the initial 10',
    ],
    ['a wrong count of shipped', product({ shipped: 3 }), '3 shipped, but the shipped reservations add up to 2'],
    [
      'a wrong count of reserved',
      product({ reserved: 1, available: 7 }),
      '1 reserved, but the open reservations add up to 2',
    ],
    ['a wrong count of available', product({ available: 8 }), '8 available, not 8 minus 2'],
    ['overselling', product({ onHand: 1, initial: 3, available: -1 }), 'oversold: 1 on hand, 2 reserved'],
    ['goods shipped for a failed order', releasedBecomes('SHIPPED'), 'are SHIPPED for order failed, which is FAILED'],
    ['goods still reserved for a failed order', releasedBecomes('OPEN'), 'are OPEN for order failed, which is FAILED'],
    [
      'goods released although their order is confirmed',
      (snapshot: Snapshot) => {
        snapshot.reservations[0]!.status = 'RELEASED';
        product({ reserved: 0, available: 8 })(snapshot);
      },
      'order confirmed is CONFIRMED with 2 x BOOK-001, but 0 are reserved for it',
    ],
    [
      'goods reserved for an unknown order',
      (snapshot: Snapshot) => Object.assign(snapshot.reservations[2]!, { orderId: 'nobody' }),
      'for order nobody, which does not exist',
    ],
  ])('is broken by %s', (_, change, violation) => {
    expect(violationsAfter(stockIsConserved, change)).toContainEqual(expect.stringContaining(violation));
  });

  it('is broken by a missing product', () => {
    const initial = { 'BOOK-001': 10, 'BOOK-002': 5 };
    expect(violationsAfter(stockIsConserved, undefined, { initial })).toEqual([
      'product BOOK-002 had an initial stock, but does not exist',
    ]);
  });
});

function releasedBecomes(status: 'OPEN' | 'SHIPPED') {
  return (snapshot: Snapshot) => Object.assign(snapshot.reservations[2]!, { status });
}
