import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '@waybill/cli';
import { generate } from '@waybill/system';
import { writeApiTypes } from './api-types.js';
import { bench } from './bench.js';
import { dev } from './dev.js';
import { writeMetricsDocument } from './metrics-document.js';
import { stdout } from './progress.js';
import { reset } from './reset.js';
import { run } from './run.js';
import { readSettings, root, type Settings } from './settings.js';
import { start, startDetached, supervise } from './start.js';
import { status } from './status.js';
import { stop } from './stop.js';
import {
  lint,
  test,
  testBrowser,
  testCarriers,
  testCrash,
  testCrashOfPackages,
  testFork,
  testFuzz,
  testLong,
  testUnit,
} from './test.js';
import { testCompose } from './test-compose.js';
import { testPackages } from './test-packages.js';

/** Also printed by bootstrap.mjs, which needs nothing for it. */
const HELP = join(root, 'infra', 'local', 'help.txt');

const BOOTSTRAP = join(root, 'infra', 'local', 'bootstrap.mjs');

const COMMANDS: Record<string, (settings: Settings, args: string[]) => Promise<number> | number> = {
  start: (settings, args) => {
    const [rest, names] = takeOnly(args);
    const isDetached = options(rest, ['--detach']).has('--detach');
    return isDetached ? startDetached(settings, names) : start(settings, { only: names });
  },
  dev: (settings, args) => {
    const [rest, names] = takeOnly(args);
    options(rest, []);
    return dev(settings, names);
  },
  stop: (settings, args) => {
    options(args, []);
    return stop(settings);
  },
  status: (settings, args) => {
    const chosen = options(args, ['--json', '--watch']);
    return status(settings, { json: chosen.has('--json'), watch: chosen.has('--watch') });
  },
  reset: (settings, args) => reset(settings, options(args, ['--yes']).has('--yes')),
  test: (settings, args) => test(settings, args),
  'test:crash': (settings, args) => testCrash(settings, args),
  'test:carriers': (settings, args) => testCarriers(settings, args),
  'test:crash:packages': (settings, args) => testCrashOfPackages(settings, args),
  'test:unit': (settings, args) => {
    options(args, []);
    return testUnit(settings);
  },
  'test:packages': (settings, args) => {
    options(args, []);
    return testPackages(settings);
  },
  'test:browser': (settings, args) => testBrowser(settings, args),
  'test:fuzz': (settings, args) => testFuzz(settings, args),
  'test:fork': (settings, args) => testFork(settings, args),
  'test:long': (_settings, args) => {
    options(args, []);
    return testLong();
  },
  bench: (settings, args) => bench(settings, args),
  'test:compose': (settings, args) => {
    options(args, []);
    return testCompose(settings);
  },
  generate: async (_settings, args) => {
    options(args, []);
    const written = generate(root);
    // The metrics are asked of the services, and these are built with what was just written.
    if (written.some((path) => /\.ts$|tsconfig\.json$/.test(path))) await run(process.execPath, [BOOTSTRAP, 'compile']);
    written.push(...(await writeMetricsDocument()), ...(await writeApiTypes()));
    stdout.line(written.length ? `written: ${written.join(', ')}` : 'everything is up to date');
    return 0;
  },
  lint: (_settings, args) => lint(options(args, ['--fix']).has('--fix')),
  help: () => {
    stdout.line(readFileSync(HELP, 'utf8').trimEnd());
    return 0;
  },
  // The background part of `start --detach`.
  supervise: (settings, args) => supervise(settings, stdout, { only: takeOnly(args)[1] }),
};

class UsageError extends Error {}

function options(args: string[], known: string[]): Set<string> {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown) throw new UsageError(`unknown option ${unknown}${suggestion(unknown, known)}`);
  return new Set(args);
}

/** `--only order,email`, or `--only=order,email`, and the other arguments. */
function takeOnly(args: string[]): [rest: string[], names: string[] | undefined] {
  const at = args.findIndex((arg) => arg === '--only' || arg.startsWith('--only='));
  if (at < 0) return [args, undefined];
  const isJoined = args[at] !== '--only';
  const list = isJoined ? args[at]!.slice('--only='.length) : args[at + 1];
  if (!list) throw new UsageError('--only needs names, such as --only order,email');
  return [args.toSpliced(at, isJoined ? 1 : 2), list.split(',').filter(Boolean)];
}

function suggestion(word: string, names: readonly string[]): string {
  const meant = didYouMean(word, names);
  return meant ? `; did you mean ${meant}?` : '';
}

async function main([name = 'help', ...args]: string[]): Promise<number> {
  try {
    const command = COMMANDS[['--help', '-h'].includes(name) || args.includes('--help') ? 'help' : name];
    if (!command) throw new UsageError(`unknown command ${name}${suggestion(name, Object.keys(COMMANDS))}`);
    return await command(readSettings(), args);
  } catch (error) {
    console.error(`waybill: ${(error as Error).message}`);
    if (error instanceof UsageError) console.error('npm run help lists all commands');
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exit(await main(process.argv.slice(2)));
