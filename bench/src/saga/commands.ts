import { spawn } from 'node:child_process';
import { join } from 'node:path';

export type Environment = Record<string, string | undefined>;

/** `npm run build` in a checkout of this repository. Ends at an interrupt, as all of these reject when the command fails. */
export function build(folder: string): Promise<void> {
  return run(process.execPath, [BOOTSTRAP, 'build'], { cwd: folder });
}

/** `npm start -- --detach` in a checkout. Resolves when all is healthy. */
export function startSystem(folder: string, env: Environment): Promise<void> {
  return run(process.execPath, [BOOTSTRAP, 'start', '--detach'], { cwd: folder, env, detached: true });
}

/** `npm stop` in a checkout: also of a system that is still starting, or that is not running. */
export function stopSystem(folder: string, env: Environment): Promise<void> {
  return run(process.execPath, [BOOTSTRAP, 'stop'], { cwd: folder, env, detached: true });
}

export function git(folder: string, ...args: string[]): Promise<void> {
  return run('git', args, { cwd: folder });
}

/** What every npm script runs. Without npm itself, which hands the settings of `npm run bench` on to an inner npm. */
const BOOTSTRAP = join('infra', 'local', 'bootstrap.mjs');

interface RunOptions {
  cwd: string;
  env?: Environment;
  /** Out of reach of the signals that this process gets: starting and stopping must not end half done. */
  detached?: boolean;
}

/** Rejects with the command's output when it fails. */
function run(file: string, args: readonly string[], { cwd, env, detached = false }: RunOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${[file, ...args].join(' ')} in ${cwd} failed (${code})\n${output.trim()}`));
    });
  });
}
