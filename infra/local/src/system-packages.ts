import { createInterface } from 'node:readline/promises';
import { findExecutable } from './find-executable.js';
import type { Output } from './progress.js';
import { run } from './run.js';

let turn: Promise<unknown> = Promise.resolve();

/**
 * Installs packages of the Debian family by apt, and says so first: in a terminal it asks, as root without a terminal it
 * goes ahead. Rejects with the command to run when it may not. Services that the packages bring are not started.
 */
export function installByApt(packages: readonly string[], output: Output): Promise<void> {
  const installed = turn.then(() => installNow(packages, output));
  turn = installed.catch(() => {});
  return installed;
}

export const hasApt = (): boolean => findExecutable('apt-get') !== undefined;

async function installNow(packages: readonly string[], output: Output): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const byHand = `${isRoot ? '' : 'sudo '}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!isRoot) throw new Error(`run this once, then start again:\n    ${byHand}`);
  if (process.stdin.isTTY && !(await agreed(`Install ${packages.join(', ')} on this system by apt?`))) {
    throw new Error(`not installed. By hand:\n    ${byHand}`);
  }
  output.line(`  installing system packages by apt: ${packages.join(', ')}`);
  // RUNLEVEL=1 keeps invoke-rc.d from starting what is being installed.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = () => run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  await install().catch(async () => {
    await run('apt-get', ['update', '-qq'], { env });
    await install();
  });
}

async function agreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return !/^n/i.test((await terminal.question(`${question} [Y/n] `)).trim());
  } finally {
    terminal.close();
  }
}
