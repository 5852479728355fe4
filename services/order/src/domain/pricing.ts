import type { Line, Money, PricedLine } from './order.js';

export interface Product {
  sku: string;
  name: string;
  unitPrice: Money;
}

export type Priced = { items: PricedLine[]; total: Money } | { unknownSkus: string[] };

/** One line a SKU, in the order of first mention; the same SKU twice is summed. */
export function summed(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

/** The catalogue's prices, whatever the client believes. */
export function priced(lines: readonly Line[], catalogue: ReadonlyMap<string, Product>): Priced {
  const unknownSkus = lines.map(({ sku }) => sku).filter((sku) => !catalogue.has(sku));
  if (unknownSkus.length) return { unknownSkus };
  const items = lines.map((line) => {
    const { name, unitPrice } = catalogue.get(line.sku)!;
    return { ...line, name, unitPrice: unitPrice.amount };
  });
  const amount = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  return { items, total: { amount, currency: catalogue.get(lines[0]!.sku)!.unitPrice.currency } };
}
