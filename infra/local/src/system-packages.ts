import { spawn } from 'node:child_process';
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
  const inTerminal = process.stdin.isTTY === true;
  const apt = [...(isRoot ? [] : ['sudo']), 'apt-get'];
  const byHand = `${apt.join(' ')} install -y --no-install-recommends ${packages.join(' ')}`;
  if (!isRoot && !(inTerminal && findExecutable('sudo'))) {
    throw new Error(`run this once, then start again:\n    ${byHand}`);
  }
  if (inTerminal && !(await agreed(`Install ${packages.join(', ')} on this system by apt?`))) {
    throw new Error(`not installed. By hand:\n    ${byHand}`);
  }
  output.line(`  installing system packages by apt: ${packages.join(', ')}`);
  const install = `apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`;
  // RUNLEVEL=1 keeps invoke-rc.d from starting what is being installed.
  const script = `export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; ${install} || { apt-get update -qq && ${install}; }`;
  if (isRoot) await run('sh', ['-c', script]);
  else await runInTerminal('sudo', ['sh', '-c', script]);
}

/** Seen by the person who was just asked, who may have to type a password. */
function runInTerminal(file: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${file} failed (${code})`))));
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
