import { didYouMean } from '@waybill/cli';
import { generate } from '@waybill/system';
import { bench } from './bench.js';
import { stdout } from './progress.js';
import { readSettings, root, type Settings } from './settings.js';
import { start, startDetached, supervise } from './start.js';
import { status } from './status.js';
import { stop } from './stop.js';
import { lint, test, testCrash, testLong } from './test.js';
import { testCompose } from './test-compose.js';

const HELP = `Usage: npm <command>, or npm run <command> -- <options>

  start [--detach]   installs what is missing, starts everything and runs until Ctrl-C; with --detach it returns when all is healthy
  stop               stops everything and keeps the data
  status [--json]    shows each process and whether it is ready
  test [path ...]    runs all tests, or those below these paths, on a system of their own
  test:crash [word ...]
                     kills every process under load and checks that nothing is lost (some five minutes)
  test:compose       builds the images, starts the system in containers, tests it and kills each container under load
  test:long          both with more kills, longer outages and more messages (some half an hour)
  order              places orders and follows them to their outcome; see --help
  invariants         checks that nothing was lost, charged twice or oversold; see --help
  dlq                lists, resubmits and discards dead letters; see --help
  bench [name ...]   memory and latency measure the running system; outbox, idempotency and messaging start servers of their own
  generate           writes docker-compose.yml and the other files that follow from infra/system/src/system.ts
  build, lint        compile; check format and style

Environment:
  WAYBILL_HOME       folder of data, logs and endpoints.json (default: .waybill)
  WAYBILL_PORT_BASE  added to every default port (default: 0)
  POSTGRES_URL, RABBITMQ_URL, KAFKA_BROKERS, TEMPORAL_ADDRESS, SMTP_URL and MAIL_URL
                     use a server of your own instead of starting one`;

const COMMANDS: Record<string, (settings: Settings, args: string[]) => Promise<number> | number> = {
  start: (settings, args) => (options(args, ['--detach']).has('--detach') ? startDetached(settings) : start(settings)),
  stop: (settings, args) => {
    options(args, []);
    return stop(settings);
  },
  status: (settings, args) => status(settings, options(args, ['--json']).has('--json')),
  test: (settings, args) => test(settings, args),
  'test:crash': (settings, args) => testCrash(settings, args),
  'test:long': (_settings, args) => {
    options(args, []);
    return testLong();
  },
  bench: (settings, args) => bench(settings, args),
  'test:compose': (settings, args) => {
    options(args, []);
    return testCompose(settings);
  },
  generate: (_settings, args) => {
    options(args, []);
    const written = generate(root);
    stdout.line(written.length ? `written: ${written.join(', ')}` : 'everything is up to date');
    return 0;
  },
  lint: () => lint(),
  help: () => {
    stdout.line(HELP);
    return 0;
  },
  // The background part of `start --detach`.
  supervise: (settings) => supervise(settings, stdout),
};

class UsageError extends Error {}

function options(args: string[], known: string[]): Set<string> {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown) throw new UsageError(`unknown option ${unknown}${suggestion(unknown, known)}`);
  return new Set(args);
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
