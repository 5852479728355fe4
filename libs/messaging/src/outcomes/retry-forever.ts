import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

/** Repeats `work` until it succeeds; undefined when `stopping` aborts first. Calls `onFailure` for the first failure only. */
export async function retryForever<T>(
  work: () => Promise<T>,
  stopping: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<T | undefined> {
  let longest = FIRST_PAUSE;
  for (let failures = 0; !stopping.aborted; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures === 0) onFailure(error);
    }
    await pause(longest, undefined, { signal: stopping }).catch(() => {});
    longest = Math.min(longest * 2, LONGEST_PAUSE);
  }
  return undefined;
}
