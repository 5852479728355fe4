import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, findOnPath, freePort } from './program.js';
import { until } from './until.js';

export interface RunningRedis {
  url: string;
  /** Kills it and removes its data. Does nothing to a Redis from `REDIS_URL`. */
  stop(): Promise<void>;
}

/**
 * A real Redis: the one at `REDIS_URL`, else a process of its own on a free port, without persistence. As root it
 * installs the program with apt, otherwise it rejects with how to get it.
 */
export async function startRedis(): Promise<RunningRedis> {
  const given = process.env.REDIS_URL;
  return given ? { url: given, stop: async () => {} } : startOwnRedis();
}

/** Always a process of its own, for tests that kill it. */
export async function startOwnRedis(): Promise<RunningRedis> {
  const program = findOnPath('redis-server') ?? installRedis();
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'redis-'));
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = spawn(program, settings, { stdio: 'ignore' });
  const stop = async () => {
    await end(server);
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', () => server.kill('SIGKILL'));
  await until('Redis answers', () => answers(port, server)).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url: `redis://127.0.0.1:${port}`, stop };
}

function installRedis(): string {
  const byHand =
    'install redis-server 7.0 or later (apt-get install redis-server, brew install redis), or set REDIS_URL';
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) throw new Error(`redis-server is missing: ${byHand}`);
  // RUNLEVEL=1 prevents invoke-rc.d from starting the installed service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], { env, stdio: 'ignore' }).status === 0;
  const install = () => apt('install', '-y', '--no-install-recommends', 'redis-server');
  if (!install() && apt('update')) install();
  const program = findOnPath('redis-server');
  if (!program) throw new Error(`apt could not install redis-server: ${byHand}`);
  return program;
}

/** Another process may have taken the port meanwhile: then ours has ended. */
async function answers(port: number, server: ChildProcess): Promise<boolean> {
  if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
  const socket = createConnection({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return String(reply).startsWith('+PONG');
  } finally {
    socket.destroy();
  }
}
