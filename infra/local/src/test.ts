import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUpOnInterrupt } from './interrupt.js';
import { stdout } from './progress.js';
import { runShown } from './run.js';
import { type Environment, readSettings, root, type Settings } from './settings.js';
import { startDetached } from './start.js';
import { endpointsPath } from './state.js';
import { stop } from './stop.js';

export interface Count {
  passed: number;
  failed: number;
}

/**
 * `npm test`: style, then every test but the crash tests, against one system of its own, beside a running one or not.
 * `paths` choose tests by their path. The last line is `N passed, N failed`.
 */
export function test({ home }: Settings, paths: readonly string[]): Promise<number> {
  // A payment that never comes is given up sooner, so that its test does not take a minute.
  const settings = testSettings(home, { PAYMENT_DEADLINE: '15s' });
  return runOnOwnSystem(settings, async () => {
    const ofStyle = paths.length ? [] : [await style()];
    return [...ofStyle, ...(await runTests(settings, paths))];
  });
}

/**
 * `npm run test:crash`: kills every process of a system of its own under load, and the consumers of the libraries; then
 * runs the end-to-end tests of messages on the other Kafka client. `words` choose tests whose names have one of them.
 */
export function testCrash({ home }: Settings, words: readonly string[]): Promise<number> {
  // With the default deadlines an order may rightly fail while a server is down for minutes.
  const settings = testSettings(home, { INVENTORY_DEADLINE: '10m', PAYMENT_DEADLINE: '10m', ORDER_DEADLINE: '20m' });
  const chosen = words.length ? ['--testNamePattern', words.join('|')] : [];
  return runOnOwnSystem(settings, async () => {
    const ofSystem = await jest(settings, 'crash', ['--runInBand', ...chosen, '--', CRASH_TESTS_OF_SYSTEM]);
    await restart(settings, { KAFKA_CLIENT: '@platformatic/kafka' });
    const others = await Promise.all([
      jest(settings, 'crash-packages', [`--maxWorkers=${WORKERS}`, ...chosen, '--', CRASH_TESTS_OF_PACKAGES]),
      jest(settings, 'other-kafka-client', ['--runInBand', ...chosen, '--', OF_BOTH_KAFKA_CLIENTS]),
    ]);
    return [ofSystem, ...others];
  });
}

/**
 * `npm run test:long`: the crash and container tests with more kills, longer outages and more messages. Resolves with
 * 0 when both pass.
 */
export async function testLong(): Promise<number> {
  let current: Promise<number> = Promise.resolve(0);
  cleanUpOnInterrupt(() => current);
  const run = (command: string) => {
    current = runShown(process.execPath, [process.argv[1]!, command], { env: { WAYBILL_TEST_SIZE: 'long' } });
    return current;
  };
  const crash = await run('test:crash');
  return (await run('test:compose')) || crash;
}

/** They kill servers that all tests use. */
const CRASH_TESTS_OF_SYSTEM = 'tests/dist/.*\\.crash\\.spec';
/** They kill processes of their own. */
const CRASH_TESTS_OF_PACKAGES = '/(libs|services|infra)/[^/]+/dist/.*\\.crash\\.spec';
const CRASH_TESTS = '\\.crash\\.spec';
/** An order to its delivery, failures, dead letters and their resubmission, once more on the Kafka client that is not the default. */
const OF_BOTH_KAFKA_CLIENTS = 'tests/dist/e2e/(confirmed-order|failed-order-review|dead-letters)\\.spec';
/** More than there are cores: most of their time they wait for a server. */
const WORKERS = 3;
/** They bring their own system up: `npm run test:compose`. */
const COMPOSE_TESTS = 'tests/dist/compose/';

async function runOnOwnSystem(settings: Settings, run: () => Promise<Count[]>): Promise<number> {
  Object.assign(process.env, settings.env);
  cleanUpOnInterrupt(() => stop(settings));

  await stop(settings);
  rmSync(settings.home, { recursive: true, force: true });
  let counts: Count[] = [{ passed: 0, failed: 1 }];
  try {
    if ((await startDetached(settings)) === 0) counts = await run();
  } finally {
    await stop(settings);
  }
  return report(counts);
}

/** Starts it again with its data and another environment. */
async function restart(settings: Settings, env: Environment): Promise<void> {
  await stop(settings);
  Object.assign(process.env, env);
  if ((await startDetached(settings)) !== 0) throw new Error('the system did not start again');
}

/** The last line of every test command, and its exit code. */
export function report(counts: readonly Count[]): number {
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  stdout.line(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** All ports below 32768: from there on they are the system's to give to outgoing connections. */
const TEST_PORT_BASE = '16000';

/** Own data, own ports, and a carrier that does not take a minute. */
function testSettings(home: string, env: Environment): Settings {
  return readSettings({
    CARRIER_DISPATCH_AFTER: '1s',
    CARRIER_DELIVER_AFTER: '1s',
    ...env,
    ...process.env,
    WAYBILL_HOME: join(home, 'test'),
    WAYBILL_PORT_BASE: process.env.WAYBILL_TEST_PORT_BASE ?? TEST_PORT_BASE,
  });
}

/** First, in parallel, the tests that start all that they need; then those that need the whole system to themselves. */
async function runTests(settings: Settings, paths: readonly string[]): Promise<Count[]> {
  const chosen = paths.length ? paths.map((path) => path.replace(/^tests\/(?!dist)/, 'tests/dist/')) : ['.*'];
  const run = (name: string, how: string, without: readonly string[]) =>
    jest(settings, name, [how, '--testPathIgnorePatterns', CRASH_TESTS, COMPOSE_TESTS, ...without, '--', ...chosen]);
  return [
    await run('by-itself', `--maxWorkers=${WORKERS}`, [OF_A_QUIET_SYSTEM]),
    await run('whole-system', '--runInBand', [ELSEWHERE]),
  ];
}

/** Not the launcher's, which start systems of their own, on ports of their own. */
const OF_A_QUIET_SYSTEM = '<rootDir>/tests/dist/(system|e2e/(?!launcher))';
const ELSEWHERE = '<rootDir>/(libs|services|infra|tests/dist/([^/]+\\.spec|e2e/launcher))';

/** One run of jest over the system at `settings.home`. */
export async function jest(settings: Settings, name: string, args: readonly string[]): Promise<Count> {
  const report = join(settings.home, `${name}.json`);
  rmSync(report, { force: true });
  const script = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--json', `--outputFile=${report}`, '--passWithNoTests'];
  await runShown(process.execPath, ['--experimental-vm-modules', '--no-warnings', script, ...options, ...args], {
    env: { WAYBILL_ENDPOINTS: endpointsPath(settings.home) },
  });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

async function style(): Promise<Count> {
  return (await lint()) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** `npm run lint`: format and style of everything. Resolves with the exit code. */
export function lint(): Promise<number> {
  return runShown(join(root, 'node_modules', '.bin', 'biome'), ['check', '--error-on-warnings']);
}
