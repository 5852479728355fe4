import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { type Count, jest, listTests, report } from './jest.js';
import { runOnOwnSystem, runOnServers } from './own-system.js';
import { stdout } from './progress.js';
import { findPromtool } from './promtool.js';
import { runShown } from './run.js';
import { root, type Settings } from './settings.js';
import { ensureFolders } from './state.js';
import { needsOf } from './test-needs.js';
import { PACKAGE_TESTS } from './test-packages.js';
import { testSettings } from './test-settings.js';

/**
 * `npm test`: style, then every test but the crash tests, against one system of its own, beside a running one or not. `paths`
 * choose tests by their path, of the source or of its output; then only the servers that they need are started. The last line
 * is `N passed, N failed`.
 */
export async function test({ home }: Settings, paths: readonly string[]): Promise<number> {
  const settings = testSettings(join(home, 'test'), {});
  const chosen = paths.map(inDist);
  const needs = paths.length ? needsOf(await listTests(['--', ...chosen])) : undefined;
  if (!needs || needs.has('program')) await bringPromtool();
  if (needs && !needs.has('system'))
    return runOnServers(settings, needs, () => runTests(settings, chosen, { withoutSystem: true }));
  return runOnOwnSystem(settings, async () => {
    const ofStyle = paths.length ? [] : [await style()];
    return [...ofStyle, ...(await runTests(settings, chosen))];
  });
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

/** `npm run test:crash:packages`: kills the consumers of each package. `words` choose tests whose names have one of them. */
export function testCrashOfPackages({ home }: Settings, words: readonly string[]): Promise<number> {
  const settings = testSettings(join(home, 'test'), {});
  const chosen = words.length ? ['--testNamePattern', words.join('|')] : [];
  return runOnOwnSystem(settings, async () => [
    await jest(settings, 'crash-packages', [
      `--maxWorkers=${WORKERS}`,
      ...chosen,
      '--testPathIgnorePatterns',
      LONG_TESTS,
      '--',
      CRASH_TESTS_OF_PACKAGES,
    ]),
  ]);
}

/** `npm run test:browser`: the console's page in Chromium, against a system of its own. `paths` choose tests by their path. */
export async function testBrowser({ home }: Settings, paths: readonly string[]): Promise<number> {
  process.env.CHROMIUM ||= await findChromium(stdout);
  const settings = testSettings(join(home, 'test-browser'), {}, BROWSER_PORT_OFFSET);
  return runOnOwnSystem(settings, async () => [
    await jest(settings, 'browser', ['--runInBand', '--', ...(paths.length ? paths.map(inDist) : [BROWSER_TESTS])]),
  ]);
}

/** As Jest finds them in the output. */
const inDist = (path: string): string =>
  path
    .replace(/^tests\/(?!dist)/, 'tests/dist/')
    .replace(/^((?:services|libs|infra)\/[^/]+)\/src(?=\/|$)/, '$1/dist')
    .replace(/\.ts$/, '.js');

const CRASH_TESTS = '\\.crash\\.spec';
/** They kill processes of their own. */
const CRASH_TESTS_OF_PACKAGES = '/(libs|services|infra)/[^/]+/dist/.*\\.crash\\.spec';
/** They take minutes each. */
const LONG_TESTS = '\\.long\\.crash\\.spec';
/** They drive a browser: `npm run test:browser`. */
const BROWSER_TESTS = 'tests/dist/browser/';
/** Beside a system of the other tests. */
const BROWSER_PORT_OFFSET = 600;
const NOT_OF_UNITS = new RegExp(`${CRASH_TESTS}|${PACKAGE_TESTS}|${BROWSER_TESTS}`);
/** They need the whole system to themselves. */
const OF_A_QUIET_SYSTEM = '<rootDir>/tests/dist/(system|e2e)/';
const ELSEWHERE = '<rootDir>/(libs|services|infra|tests/dist/[^/]+\\.spec)';
/** More than there are cores: most of their time they wait for a server. */
const WORKERS = 4;

/** First, in parallel, the tests that start all that they need; then those of the whole system. */
async function runTests(
  settings: Settings,
  paths: readonly string[],
  { withoutSystem = false } = {},
): Promise<Count[]> {
  const chosen = paths.length ? paths : ['.*'];
  const run = (name: string, how: string, without: string) =>
    jest(settings, name, [
      how,
      '--testPathIgnorePatterns',
      CRASH_TESTS,
      PACKAGE_TESTS,
      BROWSER_TESTS,
      without,
      '--',
      ...chosen,
    ]);
  const byItself = await run('by-itself', `--maxWorkers=${WORKERS}`, OF_A_QUIET_SYSTEM);
  return withoutSystem ? [byItself] : [byItself, await run('whole-system', '--runInBand', ELSEWHERE)];
}

/** For the tests of alerts; without it they fail, and the others do not. */
async function bringPromtool(): Promise<void> {
  try {
    process.env.PROMTOOL = await findPromtool(stdout);
  } catch (error) {
    stdout.line((error as Error).message);
  }
}

async function style(): Promise<Count> {
  return (await lint()) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** `npm run lint`: format and style of everything; `fix` mends what can be. Resolves with the exit code. */
export function lint(fix = false): Promise<number> {
  const args = ['check', '--error-on-warnings', ...(fix ? ['--write'] : [])];
  return runShown(join(root, 'node_modules', '.bin', 'biome'), args);
}
