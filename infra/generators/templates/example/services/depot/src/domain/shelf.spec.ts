import { shelfOf } from './shelf.js';

it('a parcel has a shelf, and no other one later', () => {
  const ids = Array.from({ length: 100 }, () => crypto.randomUUID());
  expect(new Set(ids.map(shelfOf))).toEqual(new Set(['A1', 'A2', 'B1', 'B2']));
  expect(ids.map(shelfOf)).toEqual(ids.map(shelfOf));
});
