import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Provider } from '../provider.js';
import { run } from '../run.js';
import { secret } from '../secrets.js';
import { asServerUser, giveToServerUser, type ServerUser, serverUser } from '../server-user.js';
import type { Settings } from '../settings.js';
import { findPostgres, type PostgresBinaries } from './find-postgres.js';

/** PostgreSQL: one server, in which every service creates its own database. */
export const postgres: Provider = {
  name: 'postgres',
  async prepare(settings, output) {
    const { POSTGRES_URL } = settings.env;
    if (POSTGRES_URL) return { connection: connectionTo(POSTGRES_URL) };

    const { bin, major } = await findPostgres(output, majorOfData(settings));
    const port = settings.ports.POSTGRES_PORT;
    const password = secret(settings, 'postgres-password');
    const url = `postgres://waybill:${password}@127.0.0.1:${port}/postgres`;
    const user = await serverUser();
    const data = await initialised(settings, { bin, major }, password, user);
    const [command, ...args] = asServerUser(user, [join(bin, 'postgres'), '-D', data, ...serverOptions(port)]);
    return {
      connection: connectionTo(url),
      process: {
        name: 'postgres',
        command: command!,
        args,
        ready: () => canQuery(url),
        // Fast shutdown: ends sessions instead of waiting for them.
        stopSignal: 'SIGINT',
      },
    };
  },
};

const connectionTo = (url: string) => ({ env: { POSTGRES_URL: url }, endpoints: { postgres: url } });

const serverOptions = (port: number) =>
  Object.entries({
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 250,
    shared_buffers: '64MB',
    dynamic_shared_memory_type: 'posix',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Of the server that wrote the data, if there are any: no other major version reads them. */
function majorOfData({ home }: Settings): number | undefined {
  const [newest] = globSync(join(home, 'data', 'postgres-*', 'PG_VERSION'))
    .map((file) => Number(/postgres-(\d+)/.exec(file)?.[1]))
    .sort((a, b) => b - a);
  return newest;
}

async function initialised(
  { home }: Settings,
  { bin, major }: PostgresBinaries,
  password: string,
  user: ServerUser | undefined,
): Promise<string> {
  const parent = join(home, 'data');
  const data = join(parent, `postgres-${major}`);
  if (existsSync(join(data, 'PG_VERSION'))) return data;
  mkdirSync(parent, { recursive: true });
  // Without PG_VERSION it is the rest of an interrupted initdb.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  giveToServerUser(user, data);
  const passwordFile = join(parent, 'postgres-password.tmp');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveToServerUser(user, passwordFile);
  try {
    const options = ['-U', 'waybill', '--pwfile', passwordFile, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale', 'C'];
    const [command, ...args] = asServerUser(user, [join(bin, 'initdb'), '-D', data, ...options]);
    await run(command!, args);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  return data;
}

async function canQuery(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}
