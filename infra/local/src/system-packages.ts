import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { findExecutable } from './find-executable.js';
import type { Output } from './progress.js';
import { run } from './run.js';

let previous: Promise<unknown> = Promise.resolve();

/**
 * Installs Debian packages with apt: in a terminal it asks first, as root without a terminal it proceeds. Otherwise it
 * rejects with the command to run. It does not start the services in the packages.
 */
export function installByApt(packages: readonly string[], output: Output): Promise<void> {
  const installed = previous.then(() => installNow(packages, output));
  previous = installed.catch(() => {});
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
  if (inTerminal && !(await agreed(`Install ${packages.join(', ')} on this system with apt?`))) {
    throw new Error(`not installed. To install it yourself:\n    ${byHand}`);
  }
  output.line(`  installing system packages with apt: ${packages.join(', ')}`);
  const install = `apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`;
  // RUNLEVEL=1 prevents invoke-rc.d from starting the installed services.
  const script = `export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; ${install} || { apt-get update -qq && ${install}; }`;
  if (isRoot) await run('sh', ['-c', script]);
  else await runInTerminal('sudo', ['sh', '-c', script]);
}

/** Attached to the terminal, because sudo may ask for a password. */
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
