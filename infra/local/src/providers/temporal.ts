import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cached, unpackDownload } from '../download.js';
import { findExecutable } from '../find-executable.js';
import { type Output, step } from '../progress.js';
import type { Provider } from '../provider.js';
import { accepts } from '../ready.js';
import { run } from '../run.js';
import { cache } from '../settings.js';
import { toolchain } from '../toolchain.js';

const { version: VERSION, go: GO, downloads: DOWNLOADS, sha256: CHECKSUMS } = toolchain.temporal;

/**
 * A commit does not wait for the disk (it survives a killed process; a power cut may lose the last ones), a task queue has one
 * partition, and a workflow starts without looking whether there are new search attributes.
 */
const FASTER = {
  'sqlite-pragma': ['journal_mode=WAL', 'synchronous=NORMAL'],
  'dynamic-config-value': [
    'matching.numTaskqueueReadPartitions=1',
    'matching.numTaskqueueWritePartitions=1',
    'system.forceSearchAttributesCacheRefreshOnRead=false',
  ],
};

/** Known from the start: what a process registers is unknown to the server for some more seconds. */
const SEARCH_ATTRIBUTES = ['CustomerId=Keyword', 'OrderStatus=Keyword'];

/** Temporal's development server with its UI; it keeps histories in a file. */
export const temporal: Provider = {
  name: 'temporal',
  async prepare(settings, output) {
    const { TEMPORAL_ADDRESS } = settings.env;
    if (TEMPORAL_ADDRESS)
      return { connection: { env: { TEMPORAL_ADDRESS }, endpoints: { temporal: TEMPORAL_ADDRESS } } };

    const found = findExecutable('temporal', [join(homedir(), 'go', 'bin'), join(homedir(), '.temporalio', 'bin')]);
    const command = found ?? (await bringTemporal(output));
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
      'search-attribute': SEARCH_ATTRIBUTES,
      ...FASTER,
    };
    return {
      connection: { env: { TEMPORAL_ADDRESS: address }, endpoints: { temporal: address, temporalUi: ui } },
      process: {
        name: 'temporal',
        command,
        args: [
          'server',
          'start-dev',
          ...Object.entries(options).flatMap(([name, value]) =>
            [value].flat().flatMap((one) => [`--${name}`, String(one)]),
          ),
        ],
        ready: () => accepts(port),
      },
    };
  },
};

/** The official download, or the same version built by Go where that cannot be had. `from` is where the archives are. */
export async function bringTemporal(
  output: Output,
  { from = DOWNLOADS, checksums = CHECKSUMS, into = cache, goIn = GO } = {},
): Promise<string> {
  const folder = await cached(join(into, `temporal-${VERSION}`), async (temporary) => {
    try {
      const archive = archiveName();
      if (!checksums[archive]) throw new Error(`there is none for ${process.platform} on ${process.arch}`);
      const work = () => unpackDownload(`${from}/${archive}`, checksums[archive]!, temporary);
      await step(output, `downloading Temporal ${VERSION}`, work);
    } catch (error) {
      output.line(`  no download of Temporal: ${(error as Error).message}`);
      await step(output, 'building Temporal from its Go module (3 minutes, once)', () => buildByGo(temporary, goIn));
    }
  });
  return join(folder, 'temporal');
}

function archiveName(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `temporal_cli_${VERSION.slice(1)}_${process.platform}_${architecture}.tar.gz`;
}

async function buildByGo(folder: string, goIn: readonly string[]): Promise<void> {
  const go = findExecutable('go', goIn);
  if (!go) throw new Error(`Temporal is missing.\n${WAYS}`);
  await run(go, ['install', `github.com/temporalio/cli/cmd/temporal@${VERSION}`], { env: { GOBIN: folder } }).catch(
    (error) => {
      throw new Error(`Temporal is missing and Go could not build it (${(error as Error).message})\n${WAYS}`);
    },
  );
}

const WAYS = `Ways to get it:
  - the official download: https://docs.temporal.io/cli, anywhere on PATH; brew install temporal
  - Go, from https://go.dev/dl: npm start then builds it
  - a server of your own: TEMPORAL_ADDRESS=host:7233`;
