import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Locks a directory for this process, so that no two ledgers write to one file. The lock of a dead process, also after
 * kill -9, is ignored. Throws when a live process holds it. Returns the function that releases it.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const mine = `${process.pid} ${startOf(process.pid)}`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    claim(draft, path, directory);
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readOrEmpty(path) === mine) rmSync(path, { force: true });
  };
}

function claim(draft: string, path: string, directory: string): void {
  for (;;) {
    try {
      linkSync(draft, path); // atomic, unlike creating the file and then writing to it
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOrEmpty(path);
    if (isAlive(owner)) throw new Error(`${directory} is in use by process ${owner.split(' ')[0]}`);
    rmSync(path, { force: true });
  }
}

/** Our own pid in the lock is that of an earlier process: in a container it is always 1. */
function isAlive(owner: string): boolean {
  const [pid, start] = owner.split(' ');
  if (!pid || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(Number(pid)) === start;
}

/** Tells a process from a later one with the same number, where the system says when it began (Linux); else `unknown`. */
function startOf(pid: number): string {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z') return 'ended';
  return fields[18] ?? 'unknown';
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
