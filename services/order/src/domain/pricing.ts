import type { Line, Money, PricedLine } from './order.js';

export interface Product {
  sku: string;
  name: string;
  unitPrice: Money;
}

export interface PricingRejection {
  rejected: 'unknown-sku' | 'mixed-currencies' | 'not-chargeable';
  detail: string;
}

export type PricedOrder = { items: PricedLine[]; total: Money } | PricingRejection;

/** One line per SKU, in the order of first occurrence; quantities of the same SKU are added up. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

/** Prices lines by the catalogue, never by the client. All prices of an order are in one currency. */
export function priceLines(lines: readonly Line[], catalogue: ReadonlyMap<string, Product>): PricedOrder {
  const unknown = lines.map(({ sku }) => sku).filter((sku) => !catalogue.has(sku));
  if (unknown.length) return { rejected: 'unknown-sku', detail: `unknown: ${unknown.join(', ')}` };

  const items = lines.map((line) => {
    const { name, unitPrice } = catalogue.get(line.sku)!;
    return { ...line, name, unitPrice: unitPrice.amount };
  });
  const [currency, ...others] = new Set(lines.map(({ sku }) => catalogue.get(sku)!.unitPrice.currency));
  if (others.length) return { rejected: 'mixed-currencies', detail: [currency, ...others].join(', ') };

  const amount = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (amount === 0 || !Number.isSafeInteger(amount)) return { rejected: 'not-chargeable', detail: `${amount}` };
  return { items, total: { amount, currency: currency! } };
}
