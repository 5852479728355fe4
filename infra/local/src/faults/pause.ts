import { type ChildProcess, spawn } from 'node:child_process';
import { processTree } from './process-tree.js';

/** Waits for the end of its input, which is the end of the launcher, and continues what it was told last. */
const GUARDIAN = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -CONT $pids';

/**
 * Stops a process and its descendants with SIGSTOP, and continues them. However this process ends, by kill -9 too, nothing
 * stays stopped: a guardian, which only waits, continues it.
 */
export class Pause {
  private readonly guardian: ChildProcess;
  private stopped: readonly number[] = [];

  constructor(private readonly root: number) {
    // A session of its own: what kills the launcher's group must not kill the guardian first.
    this.guardian = spawn('/bin/sh', ['-c', GUARDIAN], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.guardian.on('error', () => {}); // without a shell nothing else here runs either
    this.guardian.stdin!.on('error', () => {}); // it was killed: `resume` still continues all
    this.guardian.unref();
  }

  /** Returns how many processes are stopped now. */
  stop(): number {
    this.stopped = processTree(this.root);
    this.guardian.stdin!.write(`${this.stopped.join(' ')}\n`);
    for (const pid of this.stopped) send(pid, 'SIGSTOP');
    return this.stopped.length;
  }

  resume(): void {
    for (const pid of this.stopped) send(pid, 'SIGCONT');
    this.stopped = [];
  }

  /** For good. */
  end(): void {
    this.resume();
    this.guardian.stdin!.end('\n');
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
  }
}
