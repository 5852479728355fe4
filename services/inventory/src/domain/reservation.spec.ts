import { reserve } from './reservation.js';

const shelf = new Map([
  ['BOOK-001', 10],
  ['RARE-001', 1],
]);

describe('reserve', () => {
  it('reserves all items when all are available, down to the last unit', () => {
    const items = [
      { sku: 'BOOK-001', quantity: 10 },
      { sku: 'RARE-001', quantity: 1 },
    ];
    expect(reserve(shelf, items)).toEqual({ outcome: 'reserved' });
  });

  it('reserves nothing when one item is short, and names it', () => {
    const items = [
      { sku: 'BOOK-001', quantity: 1 },
      { sku: 'RARE-001', quantity: 2 },
    ];
    expect(reserve(shelf, items)).toEqual({
      outcome: 'out-of-stock',
      shortages: [{ sku: 'RARE-001', quantity: 2, available: 1 }],
    });
  });

  it('treats an unknown SKU as out of stock', () => {
    expect(reserve(shelf, [{ sku: 'GONE-001', quantity: 1 }])).toMatchObject({ shortages: [{ available: 0 }] });
  });
});
