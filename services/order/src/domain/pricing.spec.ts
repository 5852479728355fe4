import { priced, summed } from './pricing.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const catalogue = new Map([
  ['BOOK-001', { sku: 'BOOK-001', name: 'Emma', unitPrice: eur(1_250) }],
  ['BOOK-002', { sku: 'BOOK-002', name: 'Ulysses', unitPrice: eur(1_999) }],
]);

describe('the price of an order', () => {
  it('is quantity times the catalogue price, over all lines, in minor units', () => {
    const lines = [
      { sku: 'BOOK-001', quantity: 2 },
      { sku: 'BOOK-002', quantity: 1 },
    ];
    expect(priced(lines, catalogue)).toMatchObject({ total: eur(4_499) });
  });

  it('is not told for a SKU the catalogue does not have, which is named', () => {
    expect(priced([{ sku: 'BOOK-999', quantity: 1 }], catalogue)).toEqual({ unknownSkus: ['BOOK-999'] });
  });

  it('counts the same SKU twice as one line with the sum', () => {
    const lines = [
      { sku: 'BOOK-001', quantity: 2 },
      { sku: 'BOOK-001', quantity: 3 },
    ];
    expect(summed(lines)).toEqual([{ sku: 'BOOK-001', quantity: 5 }]);
  });
});
