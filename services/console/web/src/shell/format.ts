const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `12,345.7` */
export const formatNumber = (value: number): string => numbers.format(value);

/** `3.2 s`, `12 min`, `5 h`, `3 d`; below a second in ms. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

const inZone = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** In the reader's time zone and notation. */
export const formatTime = (at: string | number | Date): string => inZone.format(new Date(at));

/** `2026-01-31 12:00:00.000 UTC` */
export const formatTimeInUtc = (at: string | number | Date): string =>
  new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');

/** `1 message`, `3 messages` */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** Minor units of money, as `25.00 EUR` in the reader's notation. */
export function formatMoney({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
