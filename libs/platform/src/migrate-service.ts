import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { LibraryMigrations, Tx } from '@waybill/outbox';
import { migrate } from './migrate.js';

/**
 * Migrates the database of the service in `folder`, by convention: tables of the libraries that it depends on and that
 * export `./migrations`, then `prisma/migrations`, then the function `seed` of `dist/persistence/seed.js`.
 */
export async function migrateService({ url, folder }: { url: string; folder: URL }): Promise<void> {
  const directory = new URL('prisma/migrations/', folder);
  const seed = new URL('dist/persistence/seed.js', folder);
  await migrate({
    url,
    libraries: await librariesOf(folder),
    directory: existsSync(directory) ? directory : undefined,
    seed: existsSync(seed) ? ((await import(seed.href)) as { seed(tx: Tx): Promise<void> }).seed : undefined,
  });
}

/** Those dependencies, of whatever scope, that export the module. */
async function librariesOf(folder: URL): Promise<LibraryMigrations[]> {
  const { dependencies } = manifestOf(new URL('package.json', folder));
  const modules = Object.keys(dependencies)
    .map((dependency) => new URL(`node_modules/${dependency}/package.json`, folder))
    .filter((installed) => existsSync(installed))
    .flatMap(migrationsModule);
  const exported = await Promise.all(modules.map(({ href }) => import(href) as Promise<object>));
  return exported.flatMap((module) => Object.values(module)).filter(isLibraryMigrations);
}

function migrationsModule(installed: URL): URL[] {
  const manifest = pathToFileURL(realpathSync(installed));
  const entry = manifestOf(manifest).exports?.['./migrations'];
  return entry?.default ? [new URL(entry.default, manifest)] : [];
}

interface Manifest {
  dependencies: Record<string, string>;
  exports?: Record<string, { default?: string }>;
}

const manifestOf = (path: URL): Manifest => JSON.parse(readFileSync(path, 'utf8'));

const isLibraryMigrations = (value: unknown): value is LibraryMigrations =>
  typeof value === 'object' && value !== null && 'library' in value && 'directory' in value;
