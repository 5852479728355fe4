import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../download.js';
import { findExecutable, findExecutables } from '../find-executable.js';
import { type Output, step } from '../progress.js';
import type { Provider } from '../provider.js';
import { accepts } from '../ready.js';
import { run } from '../run.js';
import { secret } from '../secrets.js';
import { cache, type Settings } from '../settings.js';
import { toolchain } from '../toolchain.js';

const { version: VERSION, oldest: OLDEST } = toolchain.nats;
const MODULE = 'github.com/nats-io/nats-server/v2';

/** NATS with JetStream as one server. */
export const nats: Provider = {
  name: 'nats',
  async prepare(settings, output) {
    const { NATS_URL } = settings.env;
    if (NATS_URL) return { connection: connectionTo(NATS_URL) };

    const command = (await installedNats()) ?? (await bringNats(output));
    const { NATS_PORT: port } = settings.ports;
    const password = secret(settings, 'nats-password');
    return {
      connection: connectionTo(`nats://waybill:${password}@127.0.0.1:${port}`),
      process: {
        name: 'nats',
        command,
        args: ['--config', configured(settings, password)],
        ready: () => accepts(port),
      },
    };
  },
};

const connectionTo = (url: string) => ({ env: { NATS_URL: url }, endpoints: { nats: url } });

/**
 * The path of the configuration, written anew each time, for the port may have changed. What is confirmed survives a killed server; it is
 * flushed to the disk every two minutes, which is the server's default.
 */
function configured({ home, ports }: Settings, password: string): string {
  const data = join(home, 'data', 'nats');
  const file = join(data, 'nats.conf');
  mkdirSync(data, { recursive: true });
  const lines = [
    `listen: "127.0.0.1:${ports.NATS_PORT}"`,
    `jetstream { store_dir: ${JSON.stringify(data)} }`,
    `authorization { user: waybill, password: ${JSON.stringify(password)} }`,
    'logtime: true',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

/** Older ones cannot reset a consumer. */
async function installedNats(): Promise<string | undefined> {
  for (const server of findExecutables('nats-server', [join(homedir(), 'go', 'bin')])) {
    const printed = await run(server, ['--version']).catch(() => '');
    const [version = '0'] = /\d+(\.\d+)+/.exec(printed) ?? [];
    if (version.localeCompare(OLDEST, undefined, { numeric: true }) >= 0) return server;
  }
  return undefined;
}

async function bringNats(output: Output): Promise<string> {
  const folder = await cached(join(cache, `nats-server-${VERSION}`), async (temporary) => {
    const go = findExecutable('go', toolchain.temporal.go);
    if (!go) throw new Error(`NATS is missing.\n${WAYS}`);
    const install = () => run(go, ['install', `${MODULE}@${VERSION}`], { env: { GOBIN: temporary } });
    await step(output, `building NATS ${VERSION} from its Go module (a minute, once)`, install).catch((error) => {
      throw new Error(`NATS is missing and Go could not build it (${(error as Error).message})\n${WAYS}`);
    });
  });
  return join(folder, 'nats-server');
}

const WAYS = `Ways to get it:
  - ${OLDEST} or newer from your package manager: brew install nats-server; or the official download, anywhere on PATH:
    https://github.com/nats-io/nats-server/releases
  - Go, from https://go.dev/dl: npm start then builds it
  - a server of your own, with JetStream: NATS_URL=nats://user:password@host:4222`;
