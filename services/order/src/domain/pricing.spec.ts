import type { Money } from './order.js';
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
    expect(priceLines([{ sku: 'BOOK-999', quantity: 1 }], catalogue)).toEqual({
      rejected: 'unknown-sku',
      detail: 'unknown: BOOK-999',
    });
  });

  it.each<[string, Money, string]>([
    ['of another currency', { amount: 1_000, currency: 'USD' }, 'mixed-currencies'],
    ['whose total has more digits than a number holds', eur(1e15), 'not-chargeable'],
  ])('is missing with a line %s', (_, unitPrice, rejected) => {
    const products = new Map([...catalogue, ['ODD', { sku: 'ODD', name: 'Odd', unitPrice }]]);
    const lines = [
      { sku: 'BOOK-001', quantity: 1 },
      { sku: 'ODD', quantity: 10_000 },
    ];
    expect(priceLines(lines, products)).toMatchObject({ rejected });
  });

  it('is missing when there is nothing to charge, but a free line among others is fine', () => {
    const products = new Map([...catalogue, ['FREE', { sku: 'FREE', name: 'Bookmark', unitPrice: eur(0) }]]);
    const free = { sku: 'FREE', quantity: 1 };
    expect(priceLines([free], products)).toMatchObject({ rejected: 'not-chargeable' });
    expect(priceLines([free, { sku: 'BOOK-001', quantity: 1 }], products)).toMatchObject({ total: eur(1_250) });
  });

  it('counts two lines of a SKU as one with the sum', () => {
    const lines = [
      { sku: 'BOOK-001', quantity: 2 },
      { sku: 'BOOK-001', quantity: 3 },
    ];
    expect(mergeLines(lines)).toEqual([{ sku: 'BOOK-001', quantity: 5 }]);
  });
});
