const FIRST = 250;
const CAP = 1_000;
const QUICK_RESTARTS = 10;
const LATER_CAP = 15_000;

/** Milliseconds before the n-th restart in a row: exponential, at most 1 s for the first ten, then at most 15 s. */
export function restartDelay(restarts: number): number {
  if (restarts <= QUICK_RESTARTS) return Math.min(FIRST * 2 ** (restarts - 1), CAP);
  return Math.min(CAP * 2 ** (restarts - QUICK_RESTARTS), LATER_CAP);
}
