import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../imports.js';

/** The libraries that are published, lowest first. */
export const PUBLISHED = ['outbox', 'idempotency', 'messaging', 'dlq'];

/** A library as the registry would get it. */
export interface PackedLibrary {
  library: string;
  tarball: string;
  /** Its unpacked files. */
  folder: string;
  /** With the versions that `catalog:` and `workspace:` stand for. */
  manifest: Manifest;
}

export interface Manifest {
  name: string;
  version: string;
  exports: Record<string, object>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const run = promisify(execFile);

export async function pack(library: string, into: string): Promise<PackedLibrary> {
  const folder = join(into, library);
  mkdirSync(folder, { recursive: true });
  await run('pnpm', ['pack', '--pack-destination', folder], { cwd: join(root, 'libs', library) });
  const [name] = globSync('*.tgz', { cwd: folder });
  const tarball = join(folder, name!);
  await run('tar', ['-xzf', tarball, '-C', folder]);
  const unpacked = join(folder, 'package');
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  return { library, tarball, folder: unpacked, manifest };
}
