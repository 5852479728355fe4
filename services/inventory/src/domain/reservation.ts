export interface Item {
  sku: string;
  quantity: number;
}

export interface Shortage extends Item {
  available: number;
}

/** Available units by SKU. */
export type Shelf = ReadonlyMap<string, number>;

export type Decision = { outcome: 'reserved' } | { outcome: 'out-of-stock'; shortages: Shortage[] };

/** Reserves all items or none. An unknown SKU has no units available. */
export function reserve(shelf: Shelf, items: readonly Item[]): Decision {
  const shortages = items
    .map((item) => ({ ...item, available: shelf.get(item.sku) ?? 0 }))
    .filter(({ available, quantity }) => available < quantity);
  return shortages.length ? { outcome: 'out-of-stock', shortages } : { outcome: 'reserved' };
}
