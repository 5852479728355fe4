import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface Import {
  file: string;
  /** As written, or for a relative one the path of the source file from the root. */
  target: string;
  /** Erased by the compiler. */
  isType: boolean;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?([^'"]*?)from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|import\('([^']+)'\)/g;

/** Sources of all packages, from the root. */
export const files = globSync('{services,libs,infra}/*/src/**/*.ts', { cwd: root })
  .filter((file) => !file.includes('/generated/'))
  .sort();

export const imports: readonly Import[] = files.flatMap((file) => importsOf(file, read(file)));

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

export function importsOf(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORT)].map(([, type, names = '', from, effect, dynamic]) => {
    const written = (from ?? effect ?? dynamic)!;
    const target = written.startsWith('.') ? normalize(join(dirname(file), written)).replace(/\.js$/, '.ts') : written;
    return { file, target, isType: type !== undefined || allAreTypes(names) };
  });
}

/** `{ type A, type B }` imports nothing but types. */
function allAreTypes(names: string): boolean {
  const [, list] = /^\{([^}]*)\}\s*$/.exec(names) ?? [];
  const each = (list ?? '').split(',').filter((name) => name.trim());
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}

/** Specs, fixtures and examples show how something is used, and follow no rule about what it is made of. */
export const isTestFile = (file: string): boolean => /\.(spec|fixture|example|bench)\.ts$|\/test\//.test(file);

/** Files that import each other in a circle, one circle for each file that starts one. */
export function circles(uses: readonly Import[]): string[] {
  const graph = Map.groupBy(uses, ({ file }) => file);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const { target } of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
