import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Tells a process from a later one with the same pid. */
export interface ProcessId {
  pid: number;
  /** Its start time, in the operating system's own form. */
  started: string;
}

/** Undefined when there is no such process. */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  return started ? { pid, started } : undefined;
}

export const isSame = ({ pid, started }: ProcessId): boolean => identify(pid)?.started === started;

/** Field 22 of /proc/PID/stat; a zombie is gone. */
function fromProc(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** In one time zone and language, whatever those of the shell are. */
function fromPs(pid: number): string | undefined {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).stdout?.trim() || undefined;
}
