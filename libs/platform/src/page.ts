import { z } from 'zod';
import { queryNumber } from './validate.js';

/** The response of every list. */
export interface Page<Item> {
  items: Item[];
  /** `?cursor=` of the next page; `null` at the end. */
  nextCursor: string | null;
}

/** `?limit=` (1 to 1,000, default 100) of a list, which adds `cursor` as it makes them. */
export const pageQuery = {
  limit: queryNumber(z.int().min(1).max(1_000)).default(100),
};

/**
 * Makes a page of rows that were read with `limit + 1`: the extra row shows that there is a next page. `cursorOf` returns
 * the cursor of a page that ends with this row.
 */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
