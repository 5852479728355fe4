import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** Reports a step that takes longer than a second, and its duration. */
export async function step(what, work) {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(0)} s`;
  const ticking = setInterval(() => process.stderr.write(`  ${what} ... ${seconds()}\n`), 10_000);
  const soon = setTimeout(() => process.stderr.write(`  ${what} ...\n`), 1_000);
  try {
    return await work();
  } finally {
    clearTimeout(soon);
    clearInterval(ticking);
    if (Date.now() - start > 1_000) process.stderr.write(`  ${what}: ${seconds()}\n`);
  }
}

/** Silent unless it fails; then its output is the error message. */
export function run(file, argv, { cwd = root, env = {}, hint } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) return resolve(output);
      reject(new Error([`${file} ${argv.join(' ')} failed (${code})`, output.trim(), hint].filter(Boolean).join('\n')));
    });
  });
}
