import type { FaultKind } from './effects.js';
import type { Faults } from './faults.js';
import type { Target } from './target.js';

/** `not-ready`: its process runs, but cannot do its work. */
export type RunState = 'running' | 'not-ready' | 'starting' | 'paused' | 'slow' | 'stopped';

/** A process or server as it is now. */
export interface TargetState {
  name: string;
  kind: Target['kind'];
  state: RunState;
  pid: number | null;
  /** When its process was started. */
  runsSince: string | null;
  /** Why a process that runs is not ready. */
  reason: string | null;
  /** The faults that make sense now. */
  faults: FaultKind[];
  /** The servers from which it can be cut off. */
  cuts: string[];
}

/** How long a process may take to say that it is ready, in ms. */
const PATIENCE = 800;
/** Readers within so many ms get the same answer: several open pages ask no more than one. */
const SHARED_FOR = 1_000;

/** Tells how everything is that the launcher runs. */
export class TargetStates {
  private latest: { readAt: number; states: Promise<TargetState[]> } | undefined;

  constructor(
    private readonly targets: () => readonly Target[],
    private readonly faults: Faults,
  ) {}

  read(): Promise<TargetState[]> {
    const now = performance.now();
    if (this.latest && now - this.latest.readAt < SHARED_FOR) return this.latest.states;
    const states = Promise.all(this.targets().map((target) => this.stateOf(target)));
    this.latest = { readAt: now, states };
    return states;
  }

  /** A fault that has begun or ended shows at once. */
  forget(): void {
    this.latest = undefined;
  }

  private async stateOf(target: Target): Promise<TargetState> {
    const { name, kind, supervised, cuts } = target;
    const { pid, runsSince } = supervised;
    const { state, reason } = await this.runState(target);
    const isUp = pid !== undefined && !supervised.isHeld;
    const breaks: FaultKind[] = [
      ...(isUp ? (['kill', 'pause', 'slow'] as const) : []),
      ...(supervised.isHeld ? [] : ['stop' as const]),
    ];
    return {
      name,
      kind,
      state,
      pid: pid ?? null,
      runsSince: runsSince ? new Date(runsSince).toISOString() : null,
      reason,
      faults: isUp && cuts.size ? [...breaks, 'cut'] : breaks,
      cuts: [...cuts.keys()],
    };
  }

  private async runState({ name, supervised }: Target): Promise<{ state: RunState; reason: string | null }> {
    if (supervised.isHeld) return { state: 'stopped', reason: null };
    const lasting = this.faults.inEffect.find(({ target, kind }) => target === name && kind !== 'kill');
    if (lasting?.kind === 'pause') return { state: 'paused', reason: null };
    if (supervised.pid === undefined) return { state: 'starting', reason: null };
    const reason = await notReady(supervised.spec.ready());
    if (lasting?.kind === 'slow') return { state: 'slow', reason };
    return { state: reason === null ? 'running' : 'not-ready', reason };
  }
}

/** Why it is not ready; null when it is. */
async function notReady(ready: Promise<void>): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`does not respond within ${PATIENCE} ms`), PATIENCE);
  const failed = ready.then(
    () => null,
    (error: Error) => error.message,
  );
  return Promise.race([failed, late.promise]).finally(() => clearTimeout(timer));
}
