import type { FaultRequest } from './fault.requests.js';

/** What was broken on request. */
export interface Fault {
  id: string;
  kind: FaultRequest['kind'];
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
  undoable: boolean;
}

/** A process or server that can be broken. */
export interface FaultTarget {
  name: string;
  kind: 'process' | 'server';
  state: 'running' | 'not-ready' | 'starting' | 'paused' | 'slow' | 'stopped';
  pid: number | null;
  runsSince: string | null;
  /** Why it is not ready. */
  reason: string | null;
  /** What can be done to it now. */
  faults: FaultRequest['kind'][];
  /** The servers from which it can be cut off. */
  cuts: string[];
}
