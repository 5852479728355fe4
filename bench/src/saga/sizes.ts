/** How often every contender takes its turn. Default 2, of some seven minutes each. */
export const ROUNDS = wholeNumber('WAYBILL_BENCH_ROUNDS', 2);
/** Orders that are placed at once. Default 300; with few, the figures say nothing. */
export const ORDERS = wholeNumber('WAYBILL_BENCH_ORDERS', 300);
/** Orders before anything about orders is measured, all at once. */
export const WARM_UPS = Math.min(40, ORDERS);
/** Orders whose latency is measured, one after the other. */
export const ONE_BY_ONE = Math.min(50, ORDERS);
/** Milliseconds over which the CPU at rest is measured. */
export const REST = 20_000;

function wholeNumber(name: string, preset: number): number {
  const text = process.env[name] ?? String(preset);
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`${name}=${text} is not a whole number from 1 to 99999`);
  return Number(text);
}
