import { randomUUID } from 'node:crypto';
import type { Output } from '../progress.js';
import { EFFECTS, type Effect, type FaultKind, type FaultRequest } from './effects.js';
import type { Target } from './target.js';

export interface Fault {
  id: string;
  kind: FaultKind;
  target: string;
  /** What was done. */
  detail: string;
  /** Who asked for it. */
  by: string;
  since: string;
  /** When it is undone by itself; null: it is not, or ends otherwise. */
  until: string | null;
  /** Null while it is in effect. */
  endedAt: string | null;
  /** Whether it can be undone now. */
  undoable: boolean;
}

/** Why something cannot be done. */
export class FaultRejected extends Error {
  constructor(
    readonly status: 400 | 404 | 409,
    message: string,
  ) {
    super(message);
  }
}

interface Active {
  fault: Fault;
  effect: Effect;
  timer: NodeJS.Timeout | undefined;
  ended: AbortController;
}

const DEFAULT_SECONDS = 30;
const REMEMBERED = 50;
const LASTING: readonly FaultKind[] = ['pause', 'slow', 'stop'];

/** The faults of one running system. Those that last end after a time, when undone, and all together with the launcher. */
export class Faults {
  private readonly active = new Map<string, Active>();
  private readonly past: Fault[] = [];

  constructor(
    private readonly targets: () => readonly Target[],
    private readonly output: Output,
  ) {}

  /** Oldest first. */
  get inEffect(): Fault[] {
    return [...this.active.values()].map(({ fault }) => fault);
  }

  /** Those that have ended, latest first. */
  get recent(): Fault[] {
    return this.past;
  }

  /** What lasts replaces what lasts on the same target. Throws FaultRejected. */
  async inject(request: FaultRequest): Promise<Fault> {
    const { kind, by = 'operator' } = request;
    const target = this.targetOf(request);
    for (const { fault } of this.lastingOn(target.name)) this.end(fault.id);
    const ended = new AbortController();
    const effect = await EFFECTS[kind](target, request, ended.signal);
    const { seconds = DEFAULT_SECONDS } = request;
    const lasts = LASTING.includes(kind) && seconds !== null ? seconds * 1_000 : undefined;
    const now = Date.now();
    const fault: Fault = {
      id: randomUUID(),
      kind,
      target: target.name,
      detail: effect.detail,
      by,
      since: new Date(now).toISOString(),
      until: lasts ? new Date(now + lasts).toISOString() : null,
      endedAt: null,
      undoable: effect.undo !== undefined,
    };
    const timer = lasts ? setTimeout(() => this.end(fault.id), lasts).unref() : undefined;
    this.active.set(fault.id, { fault, effect, timer, ended });
    this.output.line(`  fault by ${by}: ${target.name} ${effect.detail}`);
    if (effect.over) void effect.over.then(() => this.end(fault.id));
    else this.end(fault.id);
    return this.find(fault.id)!;
  }

  /** Throws FaultRejected when there is no such fault, or nothing to undo. */
  undo(id: string): Fault {
    const fault = this.find(id);
    if (!fault) throw new FaultRejected(404, `there is no fault ${id}`);
    if (fault.endedAt) throw new FaultRejected(409, `it ended at ${fault.endedAt}`);
    if (!fault.undoable) throw new FaultRejected(409, `${fault.target} comes back by itself`);
    this.end(id);
    return this.find(id)!;
  }

  undoAll(): void {
    for (const id of [...this.active.keys()]) this.end(id);
  }

  private targetOf({ kind, target: name, from }: FaultRequest): Target {
    const target = this.targets().find((one) => one.name === name);
    if (!target) throw new FaultRejected(404, `nothing that the launcher runs is called ${name}`);
    const { supervised, cuts } = target;
    if (kind === 'stop' ? supervised.isHeld : supervised.isHeld || supervised.pid === undefined)
      throw new FaultRejected(409, `${name} does not run`);
    if (kind === 'cut' && !cuts.has(from ?? ''))
      throw new FaultRejected(400, `${name} can be cut off from ${[...cuts.keys()].join(' and ') || 'no server'}`);
    return target;
  }

  private lastingOn(name: string): Active[] {
    return [...this.active.values()].filter(({ fault }) => fault.target === name && LASTING.includes(fault.kind));
  }

  private find(id: string): Fault | undefined {
    return this.active.get(id)?.fault ?? this.past.find((fault) => fault.id === id);
  }

  private end(id: string): void {
    const active = this.active.get(id);
    if (!active) return;
    const { fault, effect, timer, ended } = active;
    this.active.delete(id);
    clearTimeout(timer);
    ended.abort();
    effect.undo?.();
    this.past.unshift({ ...fault, endedAt: new Date().toISOString(), undoable: false });
    this.past.length = Math.min(this.past.length, REMEMBERED);
    if (effect.over) this.output.line(`  fault over: ${fault.kind} of ${fault.target}`);
  }
}
