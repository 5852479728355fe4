import type { Line, Money, PricedLine } from './order.js';

export interface Product {
  sku: string;
  name: string;
  unitPrice: Money;
}

export type PricedOrder = { items: PricedLine[]; total: Money } | { unknownSkus: string[] };

/** One line per SKU, in the order of first occurrence; quantities of the same SKU are added up. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

/** Prices lines by the catalogue, never by the client. */
export function priceLines(lines: readonly Line[], catalogue: ReadonlyMap<string, Product>): PricedOrder {
  const unknownSkus = lines.map(({ sku }) => sku).filter((sku) => !catalogue.has(sku));
  if (unknownSkus.length) return { unknownSkus };
  const items = lines.map((line) => {
    const { name, unitPrice } = catalogue.get(line.sku)!;
    return { ...line, name, unitPrice: unitPrice.amount };
  });
  const amount = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  return { items, total: { amount, currency: catalogue.get(lines[0]!.sku)!.unitPrice.currency } };
}
