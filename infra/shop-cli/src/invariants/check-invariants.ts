import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '@waybill/cli';
import { oneOutcome } from './i1-one-outcome.js';
import { moneyMovesOnce } from './i2-money.js';
import { stockIsConserved } from './i3-stock.js';
import { oneConfirmationMail } from './i4-mail.js';
import { analyticsAgrees } from './i5-analytics.js';
import { oneOrderPerKey } from './i6-keys.js';
import { nothingVanishes } from './i7-nothing-vanishes.js';
import { eventsInOrder } from './i8-order.js';
import { nothingStuck } from './i9-nothing-stuck.js';
import type { Expectations, Findings, Invariant } from './invariant.js';
import type { Snapshot } from './snapshot.js';
import { type SnapshotEndpoints, takePartialSnapshot, takeSnapshot } from './take-snapshot.js';

export interface InvariantResult {
  /** `I1` to `I9`. */
  id: string;
  promise: string;
  /** `null`: it could not be checked. */
  ok: boolean | null;
  /** What was checked, in numbers. */
  counted: string;
  /** The number of violations. */
  broken: number;
  /** At most five of them. */
  examples: string[];
  /** What could not be checked, and the option that it needs. */
  notChecked?: string;
}

export interface CheckOptions extends Expectations {
  /** Milliseconds that the system may take to settle. Default 30,000; 0 checks once. */
  settle?: number;
  /** Called after each check that found a violation or could not reach the system. */
  onProgress?: (progress: string) => void;
}

const INVARIANTS: readonly Invariant[] = [
  oneOutcome,
  moneyMovesOnce,
  stockIsConserved,
  oneConfirmationMail,
  analyticsAgrees,
  oneOrderPerKey,
  nothingVanishes,
  eventsInOrder,
  nothingStuck,
];
const MAX_EXAMPLES = 5;
const RECHECK_INTERVAL = 500;

/**
 * Checks the invariants I1 to I9 of a running system from outside. Rechecks until all hold or the time to settle is
 * over, because the views of a busy system lag behind each other. Throws Unreachable when the system cannot be reached
 * at the end of that time.
 */
export async function checkInvariants(
  endpoints: SnapshotEndpoints,
  { settle = 30_000, onProgress = () => {}, ...expectations }: CheckOptions = {},
): Promise<InvariantResult[]> {
  const deadline = performance.now() + settle;
  for (;;) {
    const results = await checkOnce(endpoints, expectations);
    const broken = Array.isArray(results) ? results.filter(({ ok }) => ok === false) : undefined;
    if (broken?.length === 0 || performance.now() >= deadline) {
      if (results instanceof Unreachable) throw results;
      return results;
    }
    onProgress(broken ? `not settled yet: ${broken.map(summarize).join('; ')}` : (results as Unreachable).message);
    await sleep(RECHECK_INTERVAL);
  }
}

/** One look at a system that may be busy or partly unavailable. */
export interface InvariantsNow {
  /** What is still on its way, or unknown; empty: the system is at rest, and every violation counts. */
  moving: string[];
  /** `ok` is null where a source is unavailable, which `notChecked` names. */
  results: InvariantResult[];
}

/** Checks once, without waiting for rest; what needs a source that is unavailable is left open. Never throws Unreachable. */
export async function checkInvariantsNow(
  endpoints: SnapshotEndpoints,
  expectations: Expectations = {},
): Promise<InvariantsNow> {
  const snapshot = await takePartialSnapshot(endpoints);
  const results = INVARIANTS.map((invariant) => evaluateOne(unlessUnreachable(invariant), snapshot, expectations));
  return { moving: movingIn(snapshot), results };
}

/** The invariant, which is not checked where its sources are unavailable. */
const unlessUnreachable = ({ check, ...invariant }: Invariant): Invariant => ({
  ...invariant,
  check(snapshot, expectations) {
    try {
      return check(snapshot, expectations);
    } catch (error) {
      if (error instanceof Unreachable) return { notChecked: error.message };
      throw error;
    }
  },
});

function movingIn(snapshot: Snapshot): string[] {
  try {
    const open = snapshot.orders.filter(({ terminal }) => !terminal).length;
    const onTheirWay = (nothingVanishes.check(snapshot, {}) as Findings).violations;
    return [...(open ? [`${open} orders have no outcome yet`] : []), ...onTheirWay];
  } catch (error) {
    if (error instanceof Unreachable) return [error.message];
    throw error;
  }
}

async function checkOnce(
  endpoints: SnapshotEndpoints,
  expectations: Expectations,
): Promise<InvariantResult[] | Unreachable> {
  try {
    return evaluate(await takeSnapshot(endpoints), expectations);
  } catch (error) {
    if (error instanceof Unreachable) return error;
    throw error;
  }
}

function evaluate(snapshot: Snapshot, expectations: Expectations): InvariantResult[] {
  return INVARIANTS.map((invariant) => evaluateOne(invariant, snapshot, expectations));
}

function evaluateOne(
  { id, promise, check }: Invariant,
  snapshot: Snapshot,
  expectations: Expectations,
): InvariantResult {
  const { counted = 'nothing', violations, notChecked }: Partial<Findings> = check(snapshot, expectations);
  return {
    id,
    promise,
    ok: violations ? violations.length === 0 : null,
    counted,
    broken: violations?.length ?? 0,
    examples: violations?.slice(0, MAX_EXAMPLES) ?? [],
    ...(notChecked && { notChecked }),
  };
}

const summarize = ({ id, broken, examples }: InvariantResult) =>
  `${id} ${examples[0]}${broken > 1 ? ` and ${broken - 1} more` : ''}`;
