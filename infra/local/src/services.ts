import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  entryOf,
  NODE_FLAGS,
  type PortName,
  type Process,
  portName,
  processes,
  processNamed,
  servers,
  urlSetting,
} from '@waybill/system';
import type { ProcessSpec } from './process-spec.js';
import type { ConnectionInfo } from './provider.js';
import { answers } from './ready.js';
import { secret } from './secrets.js';
import { type Environment, root, type Settings } from './settings.js';

/** Environment of every application service: the user's, and how to connect to the servers and to each other. */
export function serviceEnvironment(settings: Settings, connections: readonly ConnectionInfo[]): Environment {
  const called = processes.flatMap(({ calls = [] }) => calls.map(processNamed));
  const urls = called.map((process) => [urlSetting(process.name), urlOf(process, settings)]);
  return {
    ...settings.env,
    ...Object.fromEntries(urls),
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    OPERATOR_TOKEN: operatorToken(settings),
    READER_TOKEN: readerToken(settings),
    WEBHOOK_SECRET: webhookSecret(settings),
    // Whoever tries webhooks on a laptop receives them there.
    WEBHOOK_TARGETS: settings.env.WEBHOOK_TARGETS ?? 'any',
    PAYMENT_TOKEN_KEY: settings.env.PAYMENT_TOKEN_KEY ?? secret(settings, 'payment-token-key'),
    OBJECT_STORE: settings.env.OBJECT_STORE ?? pathToFileURL(join(settings.home, 'data', 'objects')).href,
    ...Object.assign({}, ...connections.map(({ env }) => env)),
  };
}

/** In the form of `PROCESS_URLS` and `SERVER_PAGES`. */
function addressesOfAll(settings: Settings): Environment {
  const pages = servers.flatMap(({ name, ui, replacedBy }) => {
    const own = ui?.replacedBy && settings.env[ui.replacedBy];
    if (!ui || (settings.env[replacedBy] && !own)) return [];
    return [`${name}=${own || `http://127.0.0.1:${settings.ports[ui.port as PortName]}`}`];
  });
  return {
    PROCESS_URLS: processes.map((process) => `${process.name}=${urlOf(process, settings)}`).join(' '),
    SERVER_PAGES: pages.join(' '),
  };
}

export const readerToken = (settings: Settings): string =>
  settings.env.READER_TOKEN ?? secret(settings, 'reader-token');

export const operatorToken = (settings: Settings): string =>
  settings.env.OPERATOR_TOKEN ?? secret(settings, 'operator-token');

/** The form of Standard Webhooks. */
export const webhookSecret = (settings: Settings): string =>
  settings.env.WEBHOOK_SECRET ?? `whsec_${Buffer.from(secret(settings, 'webhook-secret')).toString('base64')}`;

export const urlOf = (process: Process, { ports }: Settings): string => `http://127.0.0.1:${ports[portName(process)]}`;

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/waybill_${database}`;
  return url.href;
}

export interface ServiceOptions {
  /** Whether a debugger can attach: to each at its port + 6000. Default false. */
  debug?: boolean | undefined;
  /** Of the launcher, for processes that show all. Default none. */
  launcherSocket?: string | undefined;
}

export const debuggerPort = (process: Process, { ports }: Settings): number => ports[portName(process)] + 6_000;

export function serviceSpecs(
  settings: Settings,
  env: Environment,
  chosen: readonly Process[],
  { debug = false, launcherSocket }: ServiceOptions = {},
): ProcessSpec[] {
  return chosen.map((process) => {
    const { name, database, nodeFlags = [] } = process;
    const script = join(process.package, entryOf(process));
    const inspector = debug ? [`--inspect=127.0.0.1:${debuggerPort(process, settings)}`] : [];
    if (!existsSync(join(root, script))) throw new Error(`${script} is not built: npm run generate, npm run build`);
    return {
      name,
      command: globalThis.process.execPath,
      args: [...NODE_FLAGS, ...nodeFlags, ...inspector, join(root, script)],
      cwd: root,
      env: {
        ...env,
        PORT: String(settings.ports[portName(process)]),
        DATA_DIR: join(settings.home, 'data', name),
        ...(database && { DATABASE_URL: databaseUrl(env.POSTGRES_URL!, database) }),
        ...(process.showsAll && { ...addressesOfAll(settings), LAUNCHER_SOCKET: launcherSocket }),
      },
      ready: () => answers(`${urlOf(process, settings)}/health/ready`),
    };
  });
}
