import type { CopyReading } from '../processes/copy-reader.js';
import type { ProcessReading } from '../processes/process-reader.js';
import type { Reading } from './reading.js';

export const PROCESS_STATUSES = ['ready', 'not ready', 'away'] as const;
export type ProcessStatus = (typeof PROCESS_STATUSES)[number];

/** A condition of a process's readiness. */
export interface Check {
  name: string;
  status: 'ok' | 'failing';
  reason?: string;
}

export interface ProcessState {
  name: string;
  /** ready: all copies are; away: none responds. */
  status: ProcessStatus;
  /** Since when it has this status, as far as the console saw; RFC 3339. */
  since: string;
  /** When it last responded; null: not since the console started. */
  lastSeen: string | null;
  /** Why it does not respond. */
  failure: string | null;
  /** Those of its last response. */
  checks: readonly Check[];
  /** That respond. */
  copies: number;
  /** Restarts of its copies that the console saw. */
  restarts: number;
  startedAt: string | null;
  /** Cores, of all copies; null: unknown. */
  cpu: number | null;
  /** Bytes, of all copies; null: unknown. */
  memory: number | null;
}

interface Remembered {
  status: ProcessStatus;
  since: number;
  lastSeen?: number;
  checks: readonly Check[];
  restarts: number;
}

/** In ms. */
const CPU_WINDOW = 10_000;

/** What the console remembers of each process from one reading to the next. */
export class ProcessStates {
  private readonly remembered = new Map<string, Remembered>();
  /** By copy: when it was started, in seconds. */
  private readonly starts = new Map<string, number>();
  /** By copy: the CPU that it had taken, in seconds. */
  private readonly cpu = new Map<string, { at: number; seconds: number }[]>();

  read({ at, processes }: Reading): ProcessState[] {
    return processes.map((process) => this.stateOf(process, at));
  }

  /** Across a pause, it would be an average of long ago. */
  forgetCpu(): void {
    this.cpu.clear();
  }

  private stateOf({ process, copies, failure }: ProcessReading, at: number): ProcessState {
    const responding = copies.filter(({ metrics, health }) => metrics || health);
    const status = statusOf(copies);
    const before = this.remembered.get(process);
    const remembered: Remembered = {
      status,
      since: before?.status === status ? before.since : at,
      ...(responding.length ? { lastSeen: at } : before?.lastSeen !== undefined && { lastSeen: before.lastSeen }),
      checks: copies.some(({ health }) => health) ? checksOf(copies) : (before?.checks ?? []),
      restarts: (before?.restarts ?? 0) + copies.filter((copy) => this.hasRestarted(copy)).length,
    };
    this.remembered.set(process, remembered);
    const reason = failure ?? copies.find((copy) => copy.failure)?.failure;
    const oldest = Math.min(
      ...copies.map((copy) => valueIn(copy, 'process_start_time_seconds') ?? Number.POSITIVE_INFINITY),
    );
    return {
      name: process,
      status,
      since: timeOf(remembered.since),
      lastSeen: remembered.lastSeen === undefined ? null : timeOf(remembered.lastSeen),
      failure: (status === 'away' && reason) || null,
      checks: remembered.checks,
      copies: responding.length,
      restarts: remembered.restarts,
      startedAt: Number.isFinite(oldest) ? timeOf(oldest * 1_000) : null,
      cpu: total(copies.map((copy) => this.coresOf(copy, at))),
      memory: total(copies.map((copy) => valueIn(copy, 'process_resident_memory_bytes') ?? null)),
    };
  }

  private hasRestarted(copy: CopyReading): boolean {
    const start = valueIn(copy, 'process_start_time_seconds');
    if (start === undefined) return false;
    const before = this.starts.get(copy.url);
    this.starts.set(copy.url, start);
    return before !== undefined && before !== start;
  }

  /** Over the last ten seconds. */
  private coresOf(copy: CopyReading, at: number): number | null {
    const seconds = valueIn(copy, 'process_cpu_seconds_total');
    if (seconds === undefined) return null;
    // A process that was started again counts from zero.
    const recent = (this.cpu.get(copy.url) ?? []).filter((one) => one.at >= at - CPU_WINDOW && one.seconds <= seconds);
    this.cpu.set(copy.url, [...recent, { at, seconds }]);
    const [oldest] = recent;
    return oldest ? ((seconds - oldest.seconds) * 1_000) / (at - oldest.at) : null;
  }
}

export const timeOf = (at: number): string => new Date(at).toISOString();

function statusOf(copies: readonly CopyReading[]): ProcessStatus {
  if (!copies.some(({ metrics, health }) => metrics || health)) return 'away';
  return copies.every(({ health }) => health?.status === 'ready') ? 'ready' : 'not ready';
}

/** A check that fails in one copy fails. */
function checksOf(copies: readonly CopyReading[]): Check[] {
  const checks = new Map<string, Check>();
  for (const { health } of copies)
    for (const [name, outcome] of Object.entries(health?.checks ?? {}))
      if (outcome.status === 'failing' || !checks.has(name)) checks.set(name, { name, ...outcome });
  return [...checks.values()];
}

const valueIn = ({ metrics }: CopyReading, name: string): number | undefined => metrics?.samples.get(name)?.[0]?.value;

/** Of what is known; null when nothing is. */
function total(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) : null;
}
