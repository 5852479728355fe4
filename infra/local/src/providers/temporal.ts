import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../download.js';
import { findExecutable } from '../find-executable.js';
import { step } from '../progress.js';
import type { Provider } from '../provider.js';
import { accepts } from '../ready.js';
import { run } from '../run.js';
import { cache } from '../settings.js';

const VERSION = 'v1.5.1';

/** Temporal's development server with its UI; it keeps histories in a file. */
export const temporal: Provider = {
  name: 'temporal',
  async prepare(settings, output) {
    const { TEMPORAL_ADDRESS } = settings.env;
    if (TEMPORAL_ADDRESS)
      return { connection: { env: { TEMPORAL_ADDRESS }, endpoints: { temporal: TEMPORAL_ADDRESS } } };

    const found = findExecutable('temporal', [join(homedir(), 'go', 'bin'), join(homedir(), '.temporalio', 'bin')]);
    const command = found ?? (await step(output, 'building Temporal from its Go module (3 minutes, once)', fromGo));
    const { TEMPORAL_PORT: port, TEMPORAL_UI_PORT: uiPort } = settings.ports;
    const data = join(settings.home, 'data', 'temporal');
    mkdirSync(data, { recursive: true });
    const address = `127.0.0.1:${port}`;
    const ui = `http://127.0.0.1:${uiPort}`;
    const options = {
      ip: '127.0.0.1',
      port,
      'ui-port': uiPort,
      'db-filename': join(data, 'temporal.db'),
      'log-level': 'error',
    };
    return {
      connection: { env: { TEMPORAL_ADDRESS: address }, endpoints: { temporal: address, temporalUi: ui } },
      process: {
        name: 'temporal',
        command,
        args: [
          'server',
          'start-dev',
          ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
        ],
        ready: () => accepts(port),
      },
    };
  },
};

async function fromGo(): Promise<string> {
  const go = findExecutable('go', ['/usr/local/go/bin', '/opt/homebrew/bin']);
  if (!go) throw new Error(`Temporal is missing.\n${WAYS}`);
  const folder = await cached(join(cache, `temporal-${VERSION}`), async (temporary) => {
    await run(go, ['install', `github.com/temporalio/cli/cmd/temporal@${VERSION}`], {
      env: { GOBIN: temporary },
    }).catch((error) => {
      throw new Error(`Temporal is missing and Go could not build it (${(error as Error).message})\n${WAYS}`);
    });
  });
  return join(folder, 'temporal');
}

const WAYS = `Ways to get it:
  - the official download: https://docs.temporal.io/cli, anywhere on PATH; brew install temporal
  - Go, from https://go.dev/dl: npm start then builds it
  - a server of your own: TEMPORAL_ADDRESS=host:7233`;
