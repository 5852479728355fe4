import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { occurrences } from './occurrences.js';
import { filesOf, type Renaming } from './rename-files.js';

/** Installed anew by pnpm, which writes the lockfile. */
const LOCKFILE = 'pnpm-lock.yaml';
/** Prose may mention a name that code must not. */
const PROSE = /\.(md|txt)$/;

/** Files whose path or content still has the old name, with how often. */
export function leftovers({ root, from, kept, isKept }: Omit<Renaming, 'to'>): [path: string, times: number][] {
  const all = filesOf({ root, isKept }).map((path): [string, number] => {
    const content = readFileSync(join(root, path), 'utf8');
    return [path, occurrences(content, from, kept) + occurrences(path, from)];
  });
  return all.filter(([path, times]) => times > 0 && path !== LOCKFILE);
}

/** Files of code that have the new name in them before the renaming: afterwards nobody could tell which one is meant. */
export function conflicts(root: string, to: string): string[] {
  const code = leftovers({ root, from: to, isKept: (path) => PROSE.test(path) });
  return code.map(([path]) => path);
}
