import { type ChildProcess, spawn } from 'node:child_process';
import { type Environment, root } from './settings.js';

export interface RunOptions {
  cwd?: string;
  env?: Environment;
}

/** Each leads a process group of its own, so that what it has started can be ended with it. */
const running = new Set<ChildProcess>();

/** Ends the commands that are still running and what they have started. */
export function endCommands(): void {
  for (const { pid } of running) {
    try {
      if (pid) process.kill(-pid, 'SIGTERM');
    } catch {
      // It has just ended.
    }
  }
}

/** Runs a command and resolves with its output; rejects with the output when it fails. */
export function run(file: string, args: readonly string[], { cwd, env }: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    remember(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[file, ...args].join(' ')} failed (${code})\n${output.trim()}`));
    });
  });
}

/** Runs a command with its output shown, by default all of it on stderr. Resolves with the exit code; rejects when killed. */
export function runShown(
  file: string,
  args: readonly string[],
  { env, stdout = 'stderr' }: { env?: Environment; stdout?: 'stdout' | 'stderr' } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', process[stdout], process.stderr],
      detached: true,
    });
    remember(child);
    child.once('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === null) reject(new Error(`${file} was ended by ${signal}`));
      else resolve(code);
    });
  });
}

function remember(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}
