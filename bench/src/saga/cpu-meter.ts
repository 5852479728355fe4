import { setTimeout as pause } from 'node:timers/promises';
import { processTable, treeOf } from '../process-table.js';

/** By the name of the process. */
export type ByProcess = Record<string, number>;
/** Process ids by name, as in endpoints.json. */
export type Processes = Readonly<Record<string, number>>;

const WINDOW = 3_000;
const QUIET_WITHIN = 90_000;
/** At least this share of what the window before took. */
const STEADY = 0.8;

/** Seconds of CPU that each process uses from now on, with its children. */
export class CpuMeter {
  private readonly before: ByProcess;
  private readonly startedAt = performance.now();

  constructor(private readonly processes: Processes) {
    this.before = cpuTimes(processes);
  }

  /** Since the meter was made. Throws when a process has ended meanwhile, whose CPU nobody knows. */
  read(): { cpu: ByProcess; seconds: number } {
    const after = cpuTimes(this.processes);
    const cpu = Object.entries(after).map(([name, time]) => [name, time - this.before[name]!]);
    return { cpu: Object.fromEntries(cpu), seconds: (performance.now() - this.startedAt) / 1_000 };
  }
}

/** The cores that each process keeps busy over `milliseconds`. */
export async function coresOver(milliseconds: number, processes: Processes): Promise<ByProcess> {
  const meter = new CpuMeter(processes);
  await pause(milliseconds);
  const { cpu, seconds } = meter.read();
  return Object.fromEntries(Object.entries(cpu).map(([name, used]) => [name, used / seconds]));
}

/**
 * Resolves once all together keep less than `limit` cores busy, and no longer less and less, as after a start; rejects
 * after 90 s.
 */
export async function untilQuiet(processes: Processes, limit: number): Promise<void> {
  const deadline = performance.now() + QUIET_WITHIN;
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const cores = await coresOver(WINDOW, processes);
    const all = sum(cores);
    if (all < limit && all >= STEADY * before) return;
    if (performance.now() > deadline) {
      const [busiest] = Object.entries(cores).toSorted(([, a], [, b]) => b - a);
      throw new Error(
        `the system did not become quiet within ${QUIET_WITHIN / 1_000} s: it takes ${all.toFixed(2)} cores, ` +
          `${busiest![0]} most of it; does something else use it?`,
      );
    }
    before = all;
  }
}

export const sum = (values: ByProcess): number => Object.values(values).reduce((total, value) => total + value, 0);

function cpuTimes(processes: Processes): ByProcess {
  const table = processTable();
  const cpuOf = (name: string, pid: number) => treeOf(name, pid, table).reduce((total, { cpu }) => total + cpu, 0);
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuOf(name, pid)]));
}
