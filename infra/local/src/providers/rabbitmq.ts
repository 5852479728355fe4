import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findExecutable } from '../find-executable.js';
import type { Output } from '../progress.js';
import type { Prepared, Provider } from '../provider.js';
import { accepts, answers } from '../ready.js';
import { secret } from '../secrets.js';
import type { Settings } from '../settings.js';
import { hasApt, installByApt } from '../system-packages.js';
import { toolchain } from '../toolchain.js';

const { folders: INSTALLED } = toolchain.rabbitmq;

/** RabbitMQ as a private node with its own Erlang port mapper (epmd). */
export const rabbitmq: Provider = {
  name: 'rabbitmq',
  async prepare(settings, output): Promise<Prepared> {
    const { RABBITMQ_URL } = settings.env;
    if (RABBITMQ_URL) return { connection: { env: { RABBITMQ_URL }, endpoints: { rabbitmq: RABBITMQ_URL } } };

    const server = await findServer(output);
    const { RABBITMQ_PORT: port, RABBITMQ_UI_PORT: uiPort } = settings.ports;
    const password = secret(settings, 'rabbitmq-password');
    const url = `amqp://waybill:${password}@127.0.0.1:${port}`;
    const ui = `http://127.0.0.1:${uiPort}`;
    const files = writeFiles(settings, password);
    const portMapper = new PortMapper(settings.ports.RABBITMQ_EPMD_PORT);
    return {
      connection: {
        env: { RABBITMQ_URL: url, RABBITMQ_MANAGEMENT_URL: ui },
        endpoints: { rabbitmq: url, rabbitmqUi: ui },
      },
      process: {
        name: 'rabbitmq',
        command: server,
        args: [],
        // A node that crashes dumps its tables where it runs.
        cwd: files.base,
        env: environment(settings, files),
        async beforeStart() {
          rmSync(files.pid, { force: true });
          await portMapper.start();
        },
        async ready() {
          await accepts(port);
          await answers(`${ui}/`);
        },
        serverPid: () => pidIn(files.pid),
        companion: () => (portMapper.pid ? { name: 'epmd', pid: portMapper.pid } : undefined),
        afterStop: () => portMapper.stop(),
      },
    };
  },
};

interface Files {
  base: string;
  config: string;
  plugins: string;
  pid: string;
}

function writeFiles({ home, ports }: Settings, password: string): Files {
  const base = join(home, 'data', 'rabbitmq');
  mkdirSync(base, { recursive: true });
  const files = {
    base,
    config: join(base, 'rabbitmq.conf'),
    plugins: join(base, 'enabled_plugins'),
    pid: join(base, 'pid'),
  };
  const config = {
    'listeners.tcp.default': `127.0.0.1:${ports.RABBITMQ_PORT}`,
    'management.tcp.ip': '127.0.0.1',
    'management.tcp.port': ports.RABBITMQ_UI_PORT,
    default_user: 'waybill',
    default_pass: password,
    'log.console': 'true',
    'log.console.level': 'warning',
    'log.file': 'false',
    'disk_free_limit.absolute': '200MB',
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(files.config, lines.join(''), { mode: 0o600 });
  writeFileSync(files.plugins, '[rabbitmq_management].\n');
  return files;
}

function environment({ ports }: Settings, { base, config, plugins, pid }: Files): Record<string, string> {
  return {
    HOME: base,
    RABBITMQ_NODENAME: `waybill${ports.RABBITMQ_PORT}@localhost`,
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    RABBITMQ_MNESIA_BASE: join(base, 'mnesia'),
    RABBITMQ_LOG_BASE: join(base, 'log'),
    RABBITMQ_PID_FILE: pid,
    RABBITMQ_DIST_PORT: String(ports.RABBITMQ_DIST_PORT),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
    ERL_EPMD_PORT: String(ports.RABBITMQ_EPMD_PORT),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_MAX_PORTS: '4096',
  };
}

async function findServer(output: Output): Promise<string> {
  const found = find();
  if (found) return found;
  if (!hasApt()) throw new Error(`RabbitMQ is missing.\n${WAYS}`);
  await installByApt(['rabbitmq-server'], output).catch((error) => {
    throw new Error(`RabbitMQ is missing: ${(error as Error).message}\n${WAYS}`);
  });
  return find()!;
}

/** RabbitMQ's own script is preferred: the one that Debian puts on PATH changes the user. */
const find = (): string | undefined => findExecutable('rabbitmq-server', INSTALLED, { pathLast: true });

function pidIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8').trim()) || undefined;
  } catch {
    return undefined;
  }
}

/** epmd as a child process: otherwise the node starts one that outlives it. */
class PortMapper {
  private child: ChildProcess | undefined;

  constructor(private readonly port: number) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async start(): Promise<void> {
    if (this.child?.exitCode === null) return;
    const epmd = findExecutable('epmd', [
      '/usr/lib/erlang/erts-*/bin',
      '/opt/homebrew/opt/erlang/lib/erlang/erts-*/bin',
    ]);
    if (!epmd) return;
    this.child = spawn(epmd, ['-address', '127.0.0.1', '-port', String(this.port)], {
      stdio: 'ignore',
      detached: true,
    });
    this.child.on('error', () => {});
    this.child.unref();
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
  }
}

const WAYS = `Ways to get it:
  - your package manager: apt install rabbitmq-server, brew install rabbitmq
  - the official download: https://www.rabbitmq.com/docs/download
  - a server of your own: RABBITMQ_URL=amqp://user:password@host:5672`;
