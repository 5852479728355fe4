/** Whether an order's items are there, as a pure rule. */

export interface Item {
  sku: string;
  quantity: number;
}

export interface Shortage extends Item {
  available: number;
}

/** What can still be promised of each SKU. */
export type Shelf = ReadonlyMap<string, number>;

export type Decision = { outcome: 'reserved' } | { outcome: 'out-of-stock'; shortages: Shortage[] };

/** All items or none. A SKU that is not on the shelf has nothing available. */
export function reserve(shelf: Shelf, items: readonly Item[]): Decision {
  const shortages = items
    .map((item) => ({ ...item, available: shelf.get(item.sku) ?? 0 }))
    .filter(({ available, quantity }) => available < quantity);
  return shortages.length ? { outcome: 'out-of-stock', shortages } : { outcome: 'reserved' };
}
