import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface SearchOptions {
  pathLast?: boolean;
}

/**
 * The path of a program on PATH or in one of these folders (globs, the highest version first), if it exists. With
 * `pathLast` the folders come before PATH.
 */
export function findExecutable(
  name: string,
  folders: readonly string[] = [],
  options?: SearchOptions,
): string | undefined {
  return findExecutables(name, folders, options)[0];
}

/** All of them, those first that are preferred. */
export function findExecutables(
  name: string,
  folders: readonly string[] = [],
  { pathLast = false }: SearchOptions = {},
): string[] {
  const elsewhere = folders.flatMap((pattern) => globSync(pattern).sort(byVersion));
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const places = pathLast ? [...elsewhere, ...onPath] : [...onPath, ...elsewhere];
  return places.map((folder) => join(folder, name)).filter(isExecutable);
}

const byVersion = (a: string, b: string) => b.localeCompare(a, undefined, { numeric: true });

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
