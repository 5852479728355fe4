import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { servers } from '@waybill/system';
import type { Components } from './components.js';
import { cleanUpOnInterrupt } from './interrupt.js';
import { stdout } from './progress.js';
import { runShown } from './run.js';
import { readSettings, root, type Settings } from './settings.js';
import { endpointsPath, ensureFolders, readState } from './state.js';
import { stop } from './stop.js';
import { System } from './system.js';

/** Benchmarks of a library or of one service need only servers, which nothing else uses. */
const OWN_SERVERS: Record<string, Components['servers']> = {
  outbox: ['postgres', 'kafka'],
  idempotency: ['postgres'],
  messaging: ['postgres', 'rabbitmq', 'kafka'],
  analytics: ['postgres', 'rabbitmq', 'kafka'],
  brokers: ['postgres', 'rabbitmq', 'kafka'],
};

/**
 * `npm run bench`: benchmarks of a library get servers of their own, with empty data and on the ports of `npm test`; some
 * start whole systems there, one after the other; the others measure the running system.
 */
export async function bench(settings: Settings, names: readonly string[]): Promise<number> {
  const ofSystems = names.filter((name) => OF_WHOLE_SYSTEMS.includes(name));
  const others = names.filter((name) => !ofSystems.includes(name));
  const code = others.length || !names.length ? await benchOthers(settings, others) : 0;
  return code === 0 && ofSystems.length ? benchSystems(settings, ofSystems) : code;
}

const OF_WHOLE_SYSTEMS = ['saga', 'observability', 'console'];

/** In a folder that is kept: the commit that is compared with is built there once. */
async function benchSystems({ home }: Settings, names: readonly string[]): Promise<number> {
  const given = servers.map(({ replacedBy }) => replacedBy).filter((name) => process.env[name]);
  if (given.length)
    throw new Error(`${names.join(' and ')} measure servers that they start themselves: unset ${given.join(', ')}`);

  const folder = join(home, 'bench-saga');
  mkdirSync(folder, { recursive: true });
  const measured = runShown(process.execPath, [SCRIPT, ...names], {
    env: { WAYBILL_HOME: folder, WAYBILL_PORT_BASE: portBase() },
    stdout: 'stdout',
  });
  // It stops its systems itself.
  cleanUpOnInterrupt(() => measured);
  return measured;
}

async function benchOthers(settings: Settings, names: readonly string[]): Promise<number> {
  const ownServers = names.flatMap((name) => OWN_SERVERS[name.split('/')[0]!] ?? []);
  if (ownServers.length === 0) return measure(process.env.WAYBILL_ENDPOINTS ?? endpointsPath(settings.home), names);

  const own = readSettings({
    ...process.env,
    WAYBILL_HOME: join(settings.home, 'bench'),
    WAYBILL_PORT_BASE: portBase(),
  });
  if (readState(own.home)) await stop(own);
  rmSync(own.home, { recursive: true, force: true });
  ensureFolders(own.home);
  const system = new System(own, stdout, { servers: ownServers, processes: [] });
  cleanUpOnInterrupt(() => system.stop());
  try {
    await system.start();
    return await measure(endpointsPath(own.home), names);
  } finally {
    await system.stop();
    rmSync(own.home, { recursive: true, force: true });
  }
}

/** That of `npm test`. */
const portBase = () => process.env.WAYBILL_TEST_PORT_BASE ?? '16000';

/** Runs the script against these endpoints. Resolves with its exit code. */
function measure(endpoints: string, names: readonly string[]): Promise<number> {
  return runShown(process.execPath, ['--disable-warning=TimeoutNegativeWarning', SCRIPT, ...names], {
    env: { WAYBILL_ENDPOINTS: endpoints },
    stdout: 'stdout',
  });
}

const SCRIPT = join(root, 'bench', 'dist', 'main.js');
