import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000 } as const;

/** A duration written as `250ms`, `30s` or `5m`, parsed to milliseconds. */
export const duration = z.string().transform((text, context) => {
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  if (number && unit) return Number(number) * UNITS[unit as keyof typeof UNITS];
  context.addIssue(`'${text}' is not a duration like 250ms, 30s or 5m`);
  return z.NEVER;
});

/** Milliseconds for people: `87 ms`, `2.4 s`. */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}
