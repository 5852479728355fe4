import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUpOnInterrupt } from './interrupt.js';
import { stdout } from './progress.js';
import { runShown } from './run.js';
import { readSettings, root, type Settings } from './settings.js';
import { endpointsPath, ensureFolders } from './state.js';
import { stop } from './stop.js';
import { type Components, System } from './system.js';

/** Benchmarks of a library need only servers, which nothing else uses. */
const OWN_SERVERS: Record<string, Components['servers']> = {
  outbox: ['postgres', 'kafka'],
  idempotency: ['postgres'],
  messaging: ['postgres', 'rabbitmq', 'kafka'],
};

/**
 * `npm run bench`: benchmarks of a library get servers of their own, with empty data and on the ports of `npm test`; the
 * others measure the running system.
 */
export async function bench(settings: Settings, names: readonly string[]): Promise<number> {
  const servers = names.flatMap((name) => OWN_SERVERS[name.split('/')[0]!] ?? []);
  if (servers.length === 0) return measure(process.env.WAYBILL_ENDPOINTS ?? endpointsPath(settings.home), names);

  const own = readSettings({
    ...process.env,
    WAYBILL_HOME: join(settings.home, 'bench'),
    WAYBILL_PORT_BASE: process.env.WAYBILL_TEST_PORT_BASE ?? '16000',
  });
  await stop(own);
  rmSync(own.home, { recursive: true, force: true });
  ensureFolders(own.home);
  const system = new System(own, stdout, { servers, services: false });
  cleanUpOnInterrupt(() => system.stop());
  try {
    await system.start();
    return await measure(endpointsPath(own.home), names);
  } finally {
    await system.stop();
    rmSync(own.home, { recursive: true, force: true });
  }
}

/** Runs the script against these endpoints. Resolves with its exit code. */
function measure(endpoints: string, names: readonly string[]): Promise<number> {
  return runShown(process.execPath, ['--disable-warning=TimeoutNegativeWarning', SCRIPT, ...names], {
    env: { WAYBILL_ENDPOINTS: endpoints },
    stdout: 'stdout',
  });
}

const SCRIPT = join(root, 'bench', 'dist', 'main.js');
