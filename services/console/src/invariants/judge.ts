/** What the checker finds at one time. */
export interface Finding {
  id: string;
  promise: string;
  /** Null: it could not be checked. */
  ok: boolean | null;
  counted: string;
  broken: number;
  examples: string[];
  notChecked?: string;
}

export const INVARIANT_STATES = ['holds', 'settling', 'broken', 'unknown'] as const;

export interface JudgedInvariant {
  id: string;
  promise: string;
  /** `settling`: it does not hold yet, but something is still on its way. */
  state: (typeof INVARIANT_STATES)[number];
  /** Of this state. */
  since: string;
  /** What was checked, in numbers. */
  counted: string;
  /** Number of violations. */
  violations: number;
  /** At most five of them. */
  examples: string[];
  /** Why it is unknown, or what of it was not checked. */
  notChecked: string | null;
}

/** How long the views of a system at rest may disagree, in ms: some are read, or measured, every few seconds. */
const SETTLE = 30_000;

/** Tells broken from not at rest yet, which takes more than one look. */
export class Judge {
  private readonly latest = new Map<string, JudgedInvariant>();
  /** Since when each has been violated although nothing was on its way. */
  private readonly violatedAtRest = new Map<string, number>();

  judge(findings: readonly Finding[], moving: readonly string[], now = Date.now()): JudgedInvariant[] {
    return findings.map((finding) => {
      const state = this.stateOf(finding, moving.length === 0, now);
      const before = this.latest.get(finding.id);
      const { id, promise, counted, broken: violations, examples, notChecked = null } = finding;
      const since = before?.state === state ? before.since : new Date(now).toISOString();
      const judged = { id, promise, state, since, counted, violations, examples, notChecked };
      this.latest.set(id, judged);
      return judged;
    });
  }

  private stateOf({ id, ok }: Finding, isAtRest: boolean, now: number): JudgedInvariant['state'] {
    if (ok !== false || !isAtRest) this.violatedAtRest.delete(id);
    if (ok === null) return 'unknown';
    if (ok) return 'holds';
    if (!isAtRest) return 'settling';
    const since = this.violatedAtRest.get(id) ?? now;
    this.violatedAtRest.set(id, since);
    return now - since >= SETTLE ? 'broken' : 'settling';
  }
}
