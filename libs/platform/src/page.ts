import { z } from 'zod';

/** A list's answer, everywhere. */
export interface Page<Item> {
  items: Item[];
  /** To be sent as `?cursor=` for what follows; `null` at the end. */
  nextCursor: string | null;
}

/** `?limit=` (1 to 1,000, default 100) and `?cursor=` of a list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(200).optional(),
};

/**
 * Cuts a page out of rows that were read with `limit + 1`, so that one row more than asked for says that there is more.
 * `cursorOf` names the last item of the page.
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
