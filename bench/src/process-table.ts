import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  pid: number;
  parent: number;
  /** Seconds of CPU. On Linux with those of its children that have ended: PostgreSQL's come and go. */
  cpu: number;
}

/** Linux counts in these for programs, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** All processes of the machine, from /proc on Linux, else from `ps`. */
export function processTable(): ProcessEntry[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** A process of the system and everything below it. Throws when it has ended. */
export function treeOf(name: string, pid: number, table: readonly ProcessEntry[]): ProcessEntry[] {
  const children = Map.groupBy(table, ({ parent }) => parent);
  const below = (entry: ProcessEntry): ProcessEntry[] => [entry, ...(children.get(entry.pid) ?? []).flatMap(below)];
  const root = table.find((entry) => entry.pid === pid);
  if (!root) throw new Error(`${name} (pid ${pid}) has ended: the figures would be meaningless`);
  return below(root);
}

function fromProc(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = statOf(pid);
      if (!stat) return [];
      // After the command's name, which may contain anything: state, parent, and as 12th to 15th the times.
      const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      return [{ pid: Number(pid), parent: Number(fields[1]), cpu: ticks / TICKS_PER_SECOND }];
    });
}

/** Undefined when the process has ended meanwhile. */
function statOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}

function fromPs(): ProcessEntry[] {
  const { stdout, error } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,time='], { encoding: 'utf8' });
  if (error) throw error;
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, time]) => ({ pid: Number(pid), parent: Number(parent), cpu: secondsOf(time!) }));
}

/** `1:02.53`, `3:01:02` or `1-03:01:02`: minutes and seconds, from an hour on hours, from a day on days. */
export function secondsOf(time: string): number {
  const [clock, days = '0'] = time.split('-').toReversed();
  return clock!.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
