import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { cleanUpOnInterrupt } from './interrupt.js';
import { type Count, jest, listTests, report } from './jest.js';
import { countOnOwnSystem, countOnServers, restart, runOnOwnSystem, runOnServers } from './own-system.js';
import { stdout } from './progress.js';
import { findPromtool } from './promtool.js';
import { runShown } from './run.js';
import { root, type Settings } from './settings.js';
import { ensureFolders } from './state.js';
import { needsOf } from './test-needs.js';
import { PACKAGE_TESTS } from './test-packages.js';
import { portBase, testSettings } from './test-settings.js';

/**
 * `npm test`: style, then every test but the crash tests, beside a running system or not: first, in parallel, those that start all
 * that they need but the servers; then those of the whole system, and those of orders once more with the other saga. `paths`
 * choose tests by their path, of the source or of its output. The last line is `N passed, N failed`.
 */
export async function test({ home }: Settings, paths: readonly string[]): Promise<number> {
  const chosen = paths.length ? paths.map(inDist) : ['.*'];
  const byThemselves = [...without(NOT_OF_NPM_TEST, OF_A_QUIET_SYSTEM), '--', ...chosen];
  const ofTheSystem = [...without(NOT_OF_NPM_TEST, ELSEWHERE), '--', ...chosen];
  const settings = testSettings(join(home, 'test'), endToEndSettings());
  const counts: Count[] = paths.length ? [] : [await style()];

  const specs = await listTests(byThemselves);
  const needs = needsOf(specs);
  if (needs.has('program')) await bringPromtool();
  if (!paths.length) await bringPrograms();
  if (specs.length) {
    const run = () => jest(settings, 'by-themselves', [`--maxWorkers=${WORKERS}`, ...byThemselves]);
    counts.push(...(await countOnServers(settings, needs, async () => [await run()])));
  }
  if ((await listTests(ofTheSystem)).length) {
    const run = () => jest(settings, 'whole-system', ['--runInBand', ...ofTheSystem]);
    const all = async () => [await run(), ...(await runInOtherSaga(settings, chosen))];
    counts.push(...(await countOnOwnSystem(settings, all)));
  }
  if (counts.length === 0) stdout.line('npm test has no test below these paths; npm run help lists the other suites.');
  return report(counts);
}

/** `npm run test:unit`: the tests that need no server. */
export async function testUnit({ home }: Settings): Promise<number> {
  const settings = testSettings(join(home, 'test-unit'), {});
  ensureFolders(settings.home);
  const specs = (await listTests(['--', '.*'])).filter(
    (spec) => !NOT_OF_UNITS.test(spec) && needsOf([spec]).size === 0,
  );
  return report([await jest(settings, 'unit', [`--maxWorkers=${WORKERS}`, '--runTestsByPath', ...specs])]);
}

/** As Jest finds them in the output. */
const inDist = (path: string): string =>
  path
    .replace(/^tests\/(?!dist)/, 'tests/dist/')
    .replace(/^((?:services|libs|infra)\/[^/]+|bench)\/src(?=\/|$)/, '$1/dist')
    .replace(/\.ts$/, '.js');

/**
 * `npm run test:crash`: kills every process of a system of its own under load. With `WAYBILL_TEST_SIZE=long` the long ones
 * too, and once more with the other saga. `words` choose tests whose names have one of them.
 */
export function testCrash({ home }: Settings, words: readonly string[]): Promise<number> {
  const settings = testSettings(join(home, 'test-crash'), DEADLINES_OF_OUTAGES, 4 * PORTS_APART);
  const otherSaga = process.env.SAGA === 'choreography' ? 'orchestration' : 'choreography';
  const run = (name: string) => jest(settings, name, ['--runInBand', ...chosen(words), '--', CRASH_TESTS_OF_SYSTEM]);
  return runOnOwnSystem(settings, async () => {
    const counts = [await run('crash')];
    if (isLong()) {
      await restart(settings, { SAGA: otherSaga });
      counts.push(await run('crash-other-saga'));
    }
    return counts;
  });
}

/**
 * `npm run test:crash:packages`: kills the consumers of each package. Has a home and ports of its own, beside `test:crash` too,
 * and only the servers that it needs. With `WAYBILL_TEST_SIZE=long` the long ones too.
 */
export async function testCrashOfPackages({ home }: Settings, words: readonly string[]): Promise<number> {
  const settings = testSettings(join(home, 'test-packages'), {}, PORTS_APART);
  const args = [...chosen(words), '--', CRASH_TESTS_OF_PACKAGES];
  const needs = needsOf(await listTests(args));
  return runOnServers(settings, needs, async () => [
    await jest(settings, 'crash-packages', [`--maxWorkers=${WORKERS}`, ...args]),
  ]);
}

/**
 * `npm run test:carriers`: the end-to-end tests on other carriers of events and tasks than the default, and on the other Kafka
 * client, on a new system for each; with `WAYBILL_TEST_SIZE=long` all of them, and every process and server is killed under
 * load. `paths` choose tests by their path, `EVENTS` and `TASKS` one choice of carriers.
 */
export async function testCarriers({ home }: Settings, paths: readonly string[]): Promise<number> {
  const { EVENTS, TASKS } = process.env;
  const chosen = { EVENTS: EVENTS || 'kafka', TASKS: TASKS || 'rabbitmq' };
  const choices = EVENTS || TASKS ? [chosen] : OTHER_CARRIERS;
  const tests = paths.length ? paths.map(inDist) : [isLong() ? OF_ALL_CARRIERS : MESSAGES_END_TO_END];
  const counts: Count[] = [];
  const portOffset = 3 * PORTS_APART;
  for (const choice of choices) {
    for (const name of Object.keys(DEADLINES_OF_OUTAGES)) delete process.env[name]; // those of the choice before
    const env = { ...endToEndSettings(portOffset), SQS_VISIBILITY_TIMEOUT: '10' };
    const settings = testSettings(join(home, 'test-carriers'), env, portOffset);
    Object.assign(settings.env, env, choice); // whatever the system before it had
    const name = `events-by-${choice.EVENTS}-tasks-by-${choice.TASKS}`;
    const run = (more: string, specs: readonly string[]) =>
      jest(settings, name + more, ['--runInBand', '--', ...specs]);
    const onSystem = async () => {
      const endToEnd = await run('', tests);
      if (!isLong() || paths.length) return [endToEnd];
      await restart(settings, DEADLINES_OF_OUTAGES);
      return [endToEnd, await run('-killed', [KILLED_CARRIERS])];
    };
    counts.push(...(await countOnOwnSystem(settings, onSystem)));
  }
  return report(counts);
}

/** With the default deadlines an order may rightly fail while a server is down for minutes. */
const DEADLINES_OF_OUTAGES = { INVENTORY_DEADLINE: '10m', PAYMENT_DEADLINE: '10m', ORDER_DEADLINE: '20m' };

const OTHER_CARRIERS = [
  { EVENTS: 'nats', TASKS: 'nats' },
  { EVENTS: 'kafka', TASKS: 'sqs', KAFKA_CLIENT: '@platformatic/kafka' },
];

const isLong = () => process.env.WAYBILL_TEST_SIZE === 'long';

const chosen = (words: readonly string[]) => [
  ...(words.length ? ['--testNamePattern', words.join('|')] : []),
  ...(isLong() ? [] : without(LONG_TESTS)),
];

/**
 * `npm run test:browser`: the console's page in Chromium, against a system of its own. `paths` choose tests by their path.
 */
export async function testBrowser({ home }: Settings, paths: readonly string[]): Promise<number> {
  process.env.CHROMIUM ||= await findChromium(stdout);
  const portOffset = 6 * PORTS_APART;
  const settings = testSettings(join(home, 'test-browser'), endToEndSettings(portOffset), portOffset);
  return runOnOwnSystem(settings, async () => [
    await jest(settings, 'browser', ['--runInBand', '--', ...(paths.length ? paths.map(inDist) : [BROWSER_TESTS])]),
  ]);
}

/**
 * `npm run test:fuzz`: random requests, made from the OpenAPI documents, to every service of a system of its own; and
 * clients that are generated from the documents. `paths` choose tests by their path.
 */
export function testFuzz({ home }: Settings, paths: readonly string[]): Promise<number> {
  // Or a random request might break the system.
  const settings = testSettings(join(home, 'test'), { FAULTS: 'off' });
  return runOnOwnSystem(settings, async () => [
    await jest(settings, 'fuzz', ['--runInBand', '--', ...(paths.length ? paths : [FUZZ_TESTS])]),
  ]);
}

/**
 * `npm run test:fork`: clones the last commit and does there what people do who fork it, on ports and data of the clone's
 * own. `paths` choose tests by their path.
 */
export async function testFork({ home }: Settings, paths: readonly string[]): Promise<number> {
  const settings = testSettings(join(home, 'test-fork'), {});
  ensureFolders(settings.home);
  return report([
    await jest(settings, 'fork', ['--runInBand', '--', ...(paths.length ? paths.map(inDist) : [FORK_TESTS])]),
  ]);
}

/**
 * `npm run test:long`: the crash and container tests with more kills, longer outages and more messages, and the fuzz
 * tests. Resolves with 0 when all pass.
 */
export async function testLong(): Promise<number> {
  let current: Promise<number> = Promise.resolve(0);
  cleanUpOnInterrupt(() => current);
  const run = (command: string) => {
    current = runShown(process.execPath, [process.argv[1]!, command], { env: { WAYBILL_TEST_SIZE: 'long' } });
    return current;
  };
  let worst = 0;
  for (const suite of ['test:fuzz', 'test:crash', 'test:crash:packages', 'test:carriers', 'test:compose'])
    worst = Math.max(worst, await run(suite));
  return worst;
}

/** They kill servers that all tests use. */
const CRASH_TESTS_OF_SYSTEM = 'tests/dist/.*\\.crash\\.spec';
/** They kill processes of their own. */
const CRASH_TESTS_OF_PACKAGES = '/(libs|services|infra)/[^/]+/dist/.*\\.crash\\.spec';
const CRASH_TESTS = '\\.crash\\.spec';
/** They take minutes each: `npm run test:long`. */
const LONG_TESTS = '\\.long\\.crash\\.spec';
/** They send thousands of random requests: `npm run test:fuzz`. */
const FUZZ_TESTS = 'tests/dist/fuzz/';
/** They bring their own system up: `npm run test:compose`. */
const COMPOSE_TESTS = 'tests/dist/compose/';
/** They drive a browser: `npm run test:browser`. */
const BROWSER_TESTS = 'tests/dist/browser/';
/** They clone the repository and change the clone: `npm run test:fork`. */
const FORK_TESTS = '\\.fork\\.spec';
/** What kills, drives a browser, sends at random or installs: each has a command of its own. */
const NOT_OF_NPM_TEST = [CRASH_TESTS, COMPOSE_TESTS, BROWSER_TESTS, FUZZ_TESTS, PACKAGE_TESTS, FORK_TESTS].join('|');
/** And what starts systems, whatever it imports. */
const NOT_OF_UNITS = new RegExp(`${NOT_OF_NPM_TEST}|e2e/launcher`);
/** An order to its delivery, failures, dead letters and their resubmission: what carries messages must not make a difference. */
const MESSAGES_END_TO_END = 'tests/dist/e2e/(confirmed-order|failed-order-review|dead-letters)\\.spec';
/** What sees the system from outside, whatever carries its messages. */
const OF_ALL_CARRIERS = 'tests/dist/(e2e/(?!launcher)|system/(processes|unreadable-messages))[^/]*\\.spec';
const KILLED_CARRIERS = 'tests/dist/system/carriers\\.long\\.crash\\.spec';
/** More than there are cores: most of their time they wait for a server. */
const WORKERS = 4;

const OTLP_PORT = 4318;
const endToEndSettings = (portOffset = 0) => ({
  // A payment that never comes times out sooner, so that its test does not take a minute.
  PAYMENT_DEADLINE: '15s',
  // Where the tests of traces listen.
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${portBase() + portOffset + OTLP_PORT}`,
});
/** Between two systems that run at once. */
const PORTS_APART = 100;

/** Those of orders, after the system was started again with the saga that is not the default. */
async function runInOtherSaga(settings: Settings, chosen: readonly string[]): Promise<Count[]> {
  const args = [...without(OF_ONE_SAGA), '--', ...chosen];
  if ((await listTests(args)).length === 0) return [];
  await restart(settings, { SAGA: 'choreography' });
  return [await jest(settings, 'other-saga', ['--runInBand', ...args])];
}

/** What the saga decides. The rest is the API's, or about lost orchestrated sagas. */
const OF_BOTH_SAGAS =
  'cancelled-order|confirmed-order|dead-letters|failed-order|failed-order-review|payment-provider|private-data|progress|traces';
const OF_ONE_SAGA = `^(?!.*/tests/dist/e2e/(${OF_BOTH_SAGAS})\\.spec)`;

const without = (...patterns: readonly string[]) => ['--testPathIgnorePatterns', ...patterns];

/** Not the launcher's, which start systems of their own, on ports of their own. */
const OF_A_QUIET_SYSTEM = '<rootDir>/tests/dist/(system|e2e/(?!launcher))';
const ELSEWHERE = '<rootDir>/(bench|libs|services|infra|tests/dist/([^/]+\\.spec|e2e/launcher))';

/** For the tests of alerts; without it they fail, and the others do not. */
async function bringPromtool(): Promise<void> {
  try {
    process.env.PROMTOOL = await findPromtool(stdout);
  } catch (error) {
    stdout.line((error as Error).message);
  }
}

/** Go or Maven may need minutes for one of them: no test waits for that. */
const bringPrograms = () =>
  runShown(process.execPath, [join(root, 'libs', 'testing', 'dist', 'main.bring-programs.js')]);

async function style(): Promise<Count> {
  return (await lint()) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** `npm run lint`: format and style of everything; `fix` mends what can be. Resolves with the exit code. */
export function lint(fix = false): Promise<number> {
  const args = ['check', '--error-on-warnings', ...(fix ? ['--write'] : [])];
  return runShown(join(root, 'node_modules', '.bin', 'biome'), args);
}
