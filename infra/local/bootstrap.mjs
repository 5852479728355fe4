#!/usr/bin/env node
/**
 * Runs every npm script: fetches the toolchain that the repository names, installs, generates and builds what has
 * changed, then starts the command. Runs on the distribution's Node (20 or newer) without dependencies.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cache, root } from './bootstrap/paths.mjs';
import { prepare } from './bootstrap/prepare.mjs';
import { fetchToolchain } from './bootstrap/toolchain.mjs';
import { doctor, examine, summaryOf } from './doctor.mjs';

const [command = 'help', ...args] = process.argv.slice(2);

/** Commands that are programs of their own; the others are the launcher's. */
const SCRIPTS = {
  console: 'infra/cli/dist/main.console.js',
  dlq: 'infra/cli/dist/main.dlq.js',
  logs: 'infra/cli/dist/main.logs.js',
  order: 'infra/shop-cli/dist/main.order.js',
  invariants: 'infra/shop-cli/dist/main.invariants.js',
  reconcile: 'infra/shop-cli/dist/main.reconcile.js',
  'order:trace': 'infra/shop-cli/dist/main.trace.js',
  'new:service': 'infra/generators/dist/main.new-service.js',
  'remove:service': 'infra/generators/dist/main.remove-service.js',
  rename: 'infra/generators/dist/main.rename.js',
  'remove:shop': 'infra/generators/dist/main.remove-shop.js',
  'analytics:rebuild': 'infra/local/dist/main.analytics-rebuild.js',
  contracts: 'libs/contracts/dist/main.record-versions.js',
};

/** They write what pages are made of, the types of APIs: a page that does not fit them yet must not prevent it. */
const WITHOUT_PAGES = ['generate', 'compile'];

main().catch((error) => {
  console.error(`\nwaybill: ${error.message}`);
  process.exit(1);
});

async function main() {
  process.chdir(root);
  if (['help', '--help', '-h'].includes(command))
    return process.stdout.write(readFileSync(join(root, 'infra', 'local', 'help.txt'), 'utf8'));
  if (command === 'doctor') return process.exit(doctor({ root, cache }));
  if (command === 'start') announce();
  process.env.PATH = [...(await fetchToolchain()), process.env.PATH].join(delimiter);
  if (command === 'pnpm') return become('pnpm', args);
  // What is running is stopped by the build that started it: nobody waits for a compiler to stop.
  if (command !== 'stop' || !existsSync('infra/local/dist/main.js'))
    await prepare({ pages: !WITHOUT_PAGES.includes(command) });
  if (['build', 'compile'].includes(command)) return;
  // kafkajs computes negative timeouts (tulios/kafkajs#1751), which are harmless.
  if (SCRIPTS[command]) become('node', ['--disable-warning=TimeoutNegativeWarning', SCRIPTS[command], ...args]);
  else become('node', ['infra/local/dist/main.js', command, ...args]);
}

/** On a first start, at once: what will be brought and how long it takes. What is missing ends it. */
function announce() {
  const findings = examine({ root, cache });
  if (findings.some(({ state }) => state === 'missing'))
    throw new Error(`${summaryOf(findings)}\nnpm run doctor shows everything`);
  if (findings.some(({ state }) => state === 'brought')) process.stderr.write(`  ${summaryOf(findings)}\n`);
}

/** Runs a program in place of this one. It receives Ctrl-C itself, so this process only waits for it. */
function become(file, argv) {
  const child = spawn(file, argv, { stdio: 'inherit', env: process.env });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`waybill: ${file} could not be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}
