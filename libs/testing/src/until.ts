import { setTimeout as pause } from 'node:timers/promises';

const POLL_INTERVAL_MS = 20;
const UNITS = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Resolves with the condition's first truthy value. Rejects after `within` (default `60s`: a passing test never waits for it),
 * naming what it waited for and the condition's last error: a condition that throws is not met yet.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { within = '60s' }: { within?: `${number}${'ms' | 's' | 'm'}` } = {},
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
      throw new Error(`timed out after ${within}, waiting until ${what}${because}`, { cause });
    }
    await pause(POLL_INTERVAL_MS);
  }
}

function milliseconds(duration: string): number {
  const [, amount, unit] = /^([\d.]+)(ms|s|m)$/.exec(duration) ?? [];
  if (!unit) throw new Error(`'${duration}' is not a duration like '500ms', '10s' or '1m'`);
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
