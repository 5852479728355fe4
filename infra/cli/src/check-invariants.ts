import { setTimeout as pause } from 'node:timers/promises';
import { gather, type Views } from './gather.js';
import { Unreachable } from './http.js';
import { oneOutcome } from './i1-one-outcome.js';
import { moneyMovesOnce } from './i2-money.js';
import { stockIsConserved } from './i3-stock.js';
import { oneConfirmationMail } from './i4-mail.js';
import { analyticsAgrees } from './i5-analytics.js';
import { oneOrderPerKey } from './i6-keys.js';
import type { Evidence, Findings, Invariant, System } from './system.js';

export interface InvariantResult {
  /** `I1` to `I6`. */
  id: string;
  promise: string;
  /** `null`: it could not be checked with what is known. */
  ok: boolean | null;
  /** What was looked at, in numbers. */
  counted: string;
  /** How much is not as it must be. */
  broken: number;
  /** At most five of them. */
  examples: string[];
  /** What could not be checked, and what it needs. */
  notChecked?: string;
}

export interface CheckOptions extends Evidence {
  /** How long the system may take to come to rest, in milliseconds. Default 30,000; 0: one look. */
  settle?: number;
  /** Told after every look that did not find all well. */
  onProgress?: (progress: string) => void;
}

const INVARIANTS: readonly Invariant[] = [
  oneOutcome,
  moneyMovesOnce,
  stockIsConserved,
  oneConfirmationMail,
  analyticsAgrees,
  oneOrderPerKey,
];
const EXAMPLES = 5;
const LOOK_AGAIN_AFTER = 500;

/**
 * Checks the invariants I1 to I6 of a running system from outside. What is broken is looked at again until all is well
 * or the time to settle is over, because the views of a system at work do not show the same moment. Throws Unreachable
 * when at the end of that time the system can not be asked.
 */
export async function checkInvariants(
  endpoints: Views,
  { settle = 30_000, onProgress = () => {}, ...evidence }: CheckOptions = {},
): Promise<InvariantResult[]> {
  const deadline = performance.now() + settle;
  for (;;) {
    const look = await lookAt(endpoints, evidence);
    const broken = Array.isArray(look) ? look.filter(({ ok }) => ok === false) : undefined;
    if (broken?.length === 0 || performance.now() >= deadline) {
      if (look instanceof Unreachable) throw look;
      return look;
    }
    onProgress(broken ? `not at rest yet: ${broken.map(summaryOf).join('; ')}` : (look as Unreachable).message);
    await pause(LOOK_AGAIN_AFTER);
  }
}

async function lookAt(endpoints: Views, evidence: Evidence): Promise<InvariantResult[] | Unreachable> {
  try {
    return evaluate(await gather(endpoints), evidence);
  } catch (error) {
    if (error instanceof Unreachable) return error;
    throw error;
  }
}

/** Every invariant over one system. */
export function evaluate(system: System, evidence: Evidence): InvariantResult[] {
  return INVARIANTS.map(({ id, promise, check }) => {
    const { counted = 'nothing', violations, notChecked }: Partial<Findings> = check(system, evidence);
    return {
      id,
      promise,
      ok: violations ? violations.length === 0 : null,
      counted,
      broken: violations?.length ?? 0,
      examples: violations?.slice(0, EXAMPLES) ?? [],
      ...(notChecked && { notChecked }),
    };
  });
}

const summaryOf = ({ id, broken, examples }: InvariantResult) =>
  `${id} ${examples[0]}${broken > 1 ? ` and ${broken - 1} more` : ''}`;
