const SHELVES = ['A1', 'A2', 'B1', 'B2'] as const;
export type Shelf = (typeof SHELVES)[number];

/** Always the same one for a parcel: by the last digits of its id, which are random. */
export const shelfOf = (parcelId: string): Shelf => SHELVES[Number.parseInt(parcelId.slice(-4), 16) % SHELVES.length]!;
