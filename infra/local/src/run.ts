import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment } from './settings.js';

export interface RunOptions {
  cwd?: string;
  env?: Environment;
}

const running = new Set<ChildProcess>();

/** Ends the commands that are still running, with what they have started. */
export function endCommands(): void {
  for (const { pid } of running) {
    try {
      if (pid) process.kill(-pid, 'SIGTERM');
    } catch {
      // It has just ended by itself.
    }
  }
}

/** Runs a command to its end and resolves with its output; rejects with the output when it fails. */
export function run(file: string, args: readonly string[], { cwd, env }: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[file, ...args].join(' ')} failed (${code})\n${output.trim()}`));
    });
  });
}
