import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stdout } from './progress.js';
import { run, runShown } from './run.js';
import { root, type Settings } from './settings.js';
import { endpointsPath } from './state.js';

export interface Count {
  passed: number;
  failed: number;
}

const JEST = join(root, 'node_modules', 'jest', 'bin', 'jest.js');

/** One run of jest over the system at `settings.home`. */
export async function jest(settings: Settings, name: string, args: readonly string[]): Promise<Count> {
  const report = join(settings.home, `${name}.json`);
  rmSync(report, { force: true });
  const options = ['--json', `--outputFile=${report}`, '--passWithNoTests'];
  await runShown(process.execPath, ['--experimental-vm-modules', '--no-warnings', JEST, ...options, ...args], {
    env: { WAYBILL_ENDPOINTS: endpointsPath(settings.home) },
  });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

/** Paths of the spec files that Jest would run with these arguments. */
export async function listTests(args: readonly string[]): Promise<string[]> {
  const listed = await run(process.execPath, ['--no-warnings', JEST, '--listTests', '--json', ...args]);
  return JSON.parse(listed);
}

/** The last line of every test command, and its exit code. */
export function report(counts: readonly Count[]): number {
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  stdout.line(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
