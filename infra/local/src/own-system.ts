import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { servers } from '@waybill/system';
import { cleanUpOnInterrupt } from './interrupt.js';
import { type Count, report } from './jest.js';
import { identify, isSame, type ProcessId } from './process-times.js';
import { stdout } from './progress.js';
import type { Environment, Settings } from './settings.js';
import { startDetached } from './start.js';
import { ensureFolders, readState, writeAtomically } from './state.js';
import { stop } from './stop.js';
import { System } from './system.js';
import type { Need } from './test-needs.js';

/** Starts only these servers, with empty data, and no service. Resolves with 0 when all pass. */
export const runOnServers = async (
  settings: Settings,
  needs: ReadonlySet<Need>,
  run: () => Promise<Count[]>,
): Promise<number> => report(await countOnServers(settings, needs, run));

/** Starts only these servers, with empty data, and stops them. */
export async function countOnServers(
  settings: Settings,
  needs: ReadonlySet<Need>,
  run: () => Promise<Count[]>,
): Promise<Count[]> {
  const needed = servers.map(({ name }) => name).filter((name) => needs.has(name));
  Object.assign(process.env, settings.env);
  const system = new System(settings, stdout, { servers: needed, processes: [] });
  cleanUpOnInterrupt(() => system.stop());

  await startAnew(settings);
  ensureFolders(settings.home);
  let counts: Count[] = [{ passed: 0, failed: 1 }];
  try {
    await system.start();
    counts = await run();
  } catch (error) {
    stdout.line(`waybill: ${(error as Error).message}`);
  } finally {
    await system.stop();
  }
  return counts;
}

/** Starts a system with empty data. Resolves with 0 when all pass. */
export const runOnOwnSystem = async (settings: Settings, run: () => Promise<Count[]>): Promise<number> =>
  report(await countOnOwnSystem(settings, run));

/** Starts a system with empty data, and stops it. */
export async function countOnOwnSystem(settings: Settings, run: () => Promise<Count[]>): Promise<Count[]> {
  Object.assign(process.env, settings.env);
  cleanUpOnInterrupt(() => stop(settings));

  await startAnew(settings);
  let counts: Count[] = [{ passed: 0, failed: 1 }];
  try {
    if ((await startDetached(settings)) === 0) counts = await run();
  } finally {
    await stop(settings);
  }
  return counts;
}

/** Stops and removes what an earlier run has left. Throws while that run is still going on: both would test one system. */
async function startAnew(settings: Settings): Promise<void> {
  const owner = join(settings.home, 'tested-by.json');
  const other = existsSync(owner) && (JSON.parse(readFileSync(owner, 'utf8')) as ProcessId);
  if (other && other.pid !== process.pid && isSame(other))
    throw new Error(
      `these tests are running already (pid ${other.pid}). Wait for them, or choose another WAYBILL_HOME and WAYBILL_TEST_PORT_BASE`,
    );
  if (readState(settings.home)) await stop(settings);
  rmSync(settings.home, { recursive: true, force: true });
  mkdirSync(settings.home, { recursive: true });
  writeAtomically(owner, identify(process.pid));
}

/** Starts it again with its data and another environment. */
export async function restart(settings: Settings, env: Environment): Promise<void> {
  await stop(settings);
  Object.assign(process.env, env);
  if ((await startDetached(settings)) !== 0) throw new Error('the system did not start again');
}
