import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readEndpoints } from '@waybill/cli';
import { NODE_FLAGS, portName, processNamed, servers } from '@waybill/system';
import { databaseUrl, serviceEnvironment } from './services.js';
import { readSettings, root } from './settings.js';

/** `npm run analytics:rebuild`: a script of the service, with the settings that the service itself was started with. */
const SCRIPT = join(root, 'services', 'analytics', 'dist', 'main.rebuild.js');

try {
  process.exitCode = await rebuild(process.argv.slice(2));
} catch (error) {
  console.error(`waybill: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function rebuild(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...NODE_FLAGS, SCRIPT, ...args], {
    stdio: 'inherit',
    env: args.includes('--help') ? process.env : environment(),
  });
  process.on('SIGINT', () => {}); // the script receives it too, and decides
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** Of the running system. */
function environment() {
  const settings = readSettings();
  const analytics = processNamed('analytics');
  const endpoints: Record<string, string | undefined> = readEndpoints(undefined, ['postgres']);
  const { postgres, events, tasks } = endpoints;
  const addresses = servers.map(({ name, replacedBy }) => [replacedBy, endpoints[name]]);
  const env = { ...Object.fromEntries(addresses.filter(([, address]) => address)), EVENTS: events, TASKS: tasks };
  return {
    ...serviceEnvironment(settings, [{ env, endpoints: {} }]),
    PORT: String(settings.ports[portName(analytics)]),
    DATABASE_URL: databaseUrl(postgres!, analytics.database!),
  };
}
