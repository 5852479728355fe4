import { spawn } from 'node:child_process';
import type { Environment } from './settings.js';

export interface RunOptions {
  cwd?: string;
  env?: Environment;
  /** Shows the command's output as it comes instead of keeping it for an error. */
  show?: boolean;
}

/** Runs a command to its end and resolves with its output; rejects with the output when it fails. */
export function run(
  file: string,
  args: readonly string[],
  { cwd, env, show = false }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[file, ...args].join(' ')} failed (${code})\n${output.trim()}`));
    });
  });
}
