import { setTimeout as pause } from 'node:timers/promises';

const LOOK_AGAIN_AFTER_MS = 20;
const UNITS = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Resolves with the condition's first truthy answer. Rejects after `within` (default `10s`), naming what was waited for
 * and the last error of the condition, if it threw: a condition that throws is not met yet.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { within = '10s' }: { within?: `${number}${'ms' | 's' | 'm'}` } = {},
): Promise<T> {
  const deadline = performance.now() + milliseconds(within);
  let cause: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      const because = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`waited ${within} in vain until ${what}${because}`, { cause });
    }
    await pause(LOOK_AGAIN_AFTER_MS);
  }
}

function milliseconds(duration: string): number {
  const [, amount, unit] = /^([\d.]+)(ms|s|m)$/.exec(duration) ?? [];
  if (!unit) throw new Error(`'${duration}' is not a duration like '500ms', '10s' or '1m'`);
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
