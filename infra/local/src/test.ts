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
 * `npm run test:crash`: kills every process of a system of its own, again and again, under load, and the consumers of a
 * library by themselves. `words` choose tests whose names have one of them.
 */
export function testCrash({ home }: Settings, words: readonly string[]): Promise<number> {
  // With the usual patience an order may rightly fail while a server is away for minutes.
  const settings = testSettings(home, { INVENTORY_DEADLINE: '10m', PAYMENT_DEADLINE: '10m', ORDER_DEADLINE: '20m' });
  const chosen = words.length ? ['--testNamePattern', words.join('|')] : [];
  return runOnOwnSystem(settings, async () => [
    await jest(settings, 'crash', ['--runInBand', ...chosen, '--', OF_THE_SYSTEM]),
    await jest(settings, 'crash-packages', [`--maxWorkers=${WORKERS}`, ...chosen, '--', OF_PACKAGES]),
  ]);
}

/** The crash tests of a library end processes of their own. */
const OF_PACKAGES = '\\.crash\\.spec';
/** These end servers that all use. */
const OF_THE_SYSTEM = 'tests/dist/faults/';
const CRASH_TESTS = [OF_THE_SYSTEM, OF_PACKAGES];
/** Side by side, more than there are cores: most of their time they wait for a server. */
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

/** What brings all that it needs first, side by side; then what needs the whole system to itself. */
async function runTests(settings: Settings, paths: readonly string[]): Promise<Count[]> {
  const chosen = paths.length ? paths.map((path) => path.replace(/^tests\/(?!dist)/, 'tests/dist/')) : ['.*'];
  const run = (name: string, how: string, without: readonly string[]) =>
    jest(settings, name, [how, '--testPathIgnorePatterns', ...CRASH_TESTS, COMPOSE_TESTS, ...without, '--', ...chosen]);
  return [
    await run('by-itself', `--maxWorkers=${WORKERS}`, [OF_A_QUIET_SYSTEM]),
    await run('whole-system', '--runInBand', [ELSEWHERE]),
  ];
}

/** The launcher's tests start systems of their own, on ports of their own. */
const OF_A_QUIET_SYSTEM = '<rootDir>/tests/dist/(?!e2e/launcher)';
const ELSEWHERE = '<rootDir>/(libs|services|infra|tests/dist/e2e/launcher)';

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
