import { mergeLines, priceLines } from './pricing.js';

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
    expect(priceLines(lines, catalogue)).toMatchObject({ total: eur(4_499) });
  });

  it('is missing for a SKU that is not in the catalogue, and the SKU is named', () => {
    expect(priceLines([{ sku: 'BOOK-999', quantity: 1 }], catalogue)).toEqual({ unknownSkus: ['BOOK-999'] });
  });

  it('counts two lines of a SKU as one with the sum', () => {
    const lines = [
      { sku: 'BOOK-001', quantity: 2 },
      { sku: 'BOOK-001', quantity: 3 },
    ];
    expect(mergeLines(lines)).toEqual([{ sku: 'BOOK-001', quantity: 5 }]);
  });
});
