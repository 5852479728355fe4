import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProcessSpec } from './process-spec.js';
import type { Reach } from './provider.js';
import { answers } from './ready.js';
import { secret } from './secrets.js';
import { type PortName, root, type Settings } from './settings.js';

interface Service {
  /** As in the table of processes, and in endpoints.json in camel case unless `endpoint` says otherwise. */
  name: string;
  endpoint?: string;
  script: string;
  port: PortName;
  /** Of Node, beside those of all. */
  flags?: readonly string[];
  /** Whose database it uses. */
  database?: string;
}

/** What is ours, in the order in which it is shown. */
export const SERVICES: readonly Service[] = [
  { name: 'order-api', script: 'services/order/dist/main.api.js', port: 'ORDER_API_PORT', database: 'order' },
  {
    name: 'order-processor',
    script: 'services/order/dist/main.processor.js',
    port: 'ORDER_PROCESSOR_PORT',
    database: 'order',
  },
  { name: 'inventory', script: 'services/inventory/dist/main.js', port: 'INVENTORY_PORT', database: 'inventory' },
  { name: 'payment', script: 'services/payment/dist/main.js', port: 'PAYMENT_PORT', database: 'payment' },
  { name: 'email', script: 'services/email/dist/main.js', port: 'EMAIL_PORT', database: 'email' },
  { name: 'analytics', script: 'services/analytics/dist/main.js', port: 'ANALYTICS_PORT', database: 'analytics' },
  {
    name: 'console',
    script: 'services/console/dist/main.js',
    port: 'CONSOLE_PORT',
    database: 'console',
    endpoint: 'deadLetters',
    // A few requests of a person are not worth optimizing for, and it takes a tenth less memory.
    flags: ['--no-opt', '--no-maglev'],
  },
  { name: 'payment-provider', script: 'infra/payment-provider/dist/main.js', port: 'PAYMENT_PROVIDER_PORT' },
];

export const DATABASES = ['order', 'inventory', 'payment', 'email', 'analytics', 'console'];

/** Small heaps: the collector runs a little more often, and eight processes fit beside the servers. */
const NODE_FLAGS = [
  '--max-old-space-size=160',
  '--max-semi-space-size=4',
  '--optimize-for-size',
  // kafkajs sets timers in the past; Node takes them as 'now' and would say so in every log.
  '--disable-warning=TimeoutNegativeWarning',
];

/** Environment of everything that is ours: the user's, and how to reach the backing services. */
export function commonEnvironment(settings: Settings, reaches: readonly Reach[]): Record<string, string | undefined> {
  return {
    ...settings.env,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    OPERATOR_TOKEN: operatorToken(settings),
    OBJECT_STORE: settings.env.OBJECT_STORE ?? pathToFileURL(join(settings.home, 'data', 'objects')).href,
    PAYMENT_PROVIDER_URL: `http://127.0.0.1:${settings.ports.PAYMENT_PROVIDER_PORT}`,
    ...Object.fromEntries(SERVICES.map(({ port }) => [port, String(settings.ports[port])])),
    ...Object.assign({}, ...reaches.map(({ env }) => env)),
  };
}

export const operatorToken = (settings: Settings): string =>
  settings.env.OPERATOR_TOKEN ?? secret(settings, 'operator-token');

export function databaseUrl(serverUrl: string, service: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/waybill_${service}`;
  return url.href;
}

export function serviceSpecs(settings: Settings, env: Record<string, string | undefined>): ProcessSpec[] {
  return SERVICES.map(({ name, script, port, database, flags = [] }) => {
    if (!existsSync(join(root, script))) throw new Error(`${script} is not built: npm run build`);
    return {
      name,
      command: process.execPath,
      args: [...NODE_FLAGS, ...flags, join(root, script)],
      cwd: root,
      env: {
        ...env,
        DATA_DIR: join(settings.home, 'data', name),
        ...(database && { DATABASE_URL: databaseUrl(env.POSTGRES_URL!, database) }),
      },
      ready: () => answers(`http://127.0.0.1:${settings.ports[port]}/health/ready`),
    };
  });
}

/** `order-api` as endpoints.json has it: `orderApi`. */
export const endpointName = ({ name, endpoint }: Service): string =>
  endpoint ?? name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
