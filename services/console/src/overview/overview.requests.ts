import { z } from 'zod';
import { RANGES, type Range } from './recorder.js';

/** Query of GET /overview/series. */
export const SeriesQuery = z.strictObject({
  range: z.enum(Object.keys(RANGES) as [Range, ...Range[]]).default('15m'),
});

/** Query of the others: none. */
export const NoQuery = z.strictObject({});
