import { reserve } from './reservation.js';

const shelf = new Map([
  ['BOOK-001', 10],
  ['RARE-001', 1],
]);

describe('a reservation', () => {
  it('holds all items when all are there, down to the last one', () => {
    const items = [
      { sku: 'BOOK-001', quantity: 10 },
      { sku: 'RARE-001', quantity: 1 },
    ];
    expect(reserve(shelf, items)).toEqual({ outcome: 'reserved' });
  });

  it('holds nothing when one item is short, and says which', () => {
    const items = [
      { sku: 'BOOK-001', quantity: 1 },
      { sku: 'RARE-001', quantity: 2 },
    ];
    expect(reserve(shelf, items)).toEqual({
      outcome: 'out-of-stock',
      shortages: [{ sku: 'RARE-001', quantity: 2, available: 1 }],
    });
  });

  it('has nothing of a SKU it does not know', () => {
    expect(reserve(shelf, [{ sku: 'GONE-001', quantity: 1 }])).toMatchObject({ shortages: [{ available: 0 }] });
  });
});
