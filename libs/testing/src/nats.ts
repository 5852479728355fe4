import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from './go-program.js';
import { end, freePort } from './program.js';
import { until } from './until.js';

export interface RunningNats {
  /** `nats://host:port` */
  url: string;
  port: number;
  /** Where its data are. */
  folder: string;
  /** Of its process, another one after a restart. */
  readonly pid: number;
  /** kill -9; its data stay. */
  crash(): Promise<void>;
  /** Restarts it after a crash, at the same address. */
  restart(): Promise<void>;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}

const NATS_SERVER = {
  name: 'nats-server',
  version: 'v2.15.3',
  module: 'github.com/nats-io/nats-server/v2',
  releases: 'https://github.com/nats-io/nats-server/releases',
};

export const natsServer = (): Promise<string> => goProgram(NATS_SERVER);

export interface NatsOptions {
  /** Lines of the server's configuration: users, say. */
  configuration?: string;
  /** Default true. */
  jetStream?: boolean;
  /** When what it stores is flushed to the disk: with `always` before it is confirmed. Default `always`; the server's own is `2m`. */
  syncInterval?: string;
}

/** A real nats-server: a process of its own on a free port, with JetStream in a folder of its own, where what is confirmed is on disk by default. */
export async function startNats({
  configuration = '',
  jetStream = true,
  syncInterval = 'always',
}: NatsOptions = {}): Promise<RunningNats> {
  const program = await natsServer();
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'nats-'));
  const file = join(home, 'nats.conf');
  const storage = jetStream ? `jetstream { store_dir: ${JSON.stringify(home)}, sync_interval: ${syncInterval} }` : '';
  writeFileSync(file, `listen: "127.0.0.1:${port}"\n${storage}\n${configuration}\n`);
  let server: ChildProcess;
  process.once('exit', () => server?.kill('SIGKILL'));

  const restart = async () => {
    server = spawn(program, ['--config', file], { stdio: 'ignore' });
    await until('NATS answers', () => answers(port, server, jetStream));
  };
  await restart();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    folder: home,
    get pid() {
      return server.pid!;
    },
    crash: () => end(server),
    restart,
    async stop() {
      await end(server);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** It greets with what it offers. Another process may have taken the port meanwhile: then ours has ended. */
async function answers(port: number, server: ChildProcess, jetStream: boolean): Promise<boolean> {
  if (server.exitCode !== null) throw new Error(`nats-server exited with ${server.exitCode}`);
  const socket = createConnection({ port, host: '127.0.0.1' });
  try {
    const [greeting] = await once(socket, 'data');
    return !jetStream || String(greeting).includes('"jetstream":true');
  } finally {
    socket.destroy();
  }
}
