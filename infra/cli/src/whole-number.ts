import { z } from 'zod';

/** A whole number from 1 to `max`. */
export const wholeNumber = (max: number) =>
  z.coerce
    .number(`must be a number from 1 to ${max}`)
    .pipe(
      z.int(`must be a whole number from 1 to ${max}`).min(1, 'must be at least 1').max(max, `must be at most ${max}`),
    );
