import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from '../clean-tree.js';
import { aligned } from './align.js';
import { migrationChecksums } from './migration-checksums.js';
import { renamed } from './occurrences.js';
import { sortedDependencies } from './sort-dependencies.js';

export interface Renaming {
  root: string;
  from: string;
  to: string;
  /** Pattern of what keeps the name. */
  kept?: string;
  /** Files that are left as they are. */
  isKept?(path: string): boolean;
}

/** What happened under the old name stays written as it was. */
export const HISTORY = 'CHANGELOG.md';

/** Text files that git tracks, without those that the renaming leaves alone. */
export function filesOf({ root, isKept }: Pick<Renaming, 'root' | 'isKept'>): string[] {
  const tracked = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  return tracked.filter((path) => path && path !== HISTORY && !isKept?.(path) && isText(join(root, path)));
}

function isText(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && !readFileSync(path).subarray(0, 8_000).includes(0);
}

/** Changes contents and paths. Returns how many files changed, and the pairs of those that moved. */
export function renameFiles(renaming: Renaming): { changed: number; moved: [from: string, to: string][] } {
  const { root, from, to, kept } = renaming;
  const moved: [from: string, to: string][] = [];
  const checksums = kept ? new Map<string, string>() : migrationChecksums(root, from, to);
  let changed = 0;
  for (const path of filesOf(renaming)) {
    const before = readFileSync(join(root, path), 'utf8');
    const replaced = withChecksums(renamed(before, from, to, kept), checksums);
    const target = renamed(path, from, to);
    if (replaced !== before) writeFileSync(join(root, path), tidy(path, before, replaced));
    if (target !== path) {
      mkdirSync(dirname(join(root, target)), { recursive: true });
      renameSync(join(root, path), join(root, target));
      moved.push([path, target]);
    }
    if (replaced !== before || target !== path) changed++;
  }
  return { changed, moved };
}

const withChecksums = (text: string, checksums: ReadonlyMap<string, string>): string =>
  text.replace(/\b[0-9a-f]{64}\b/g, (checksum) => checksums.get(checksum) ?? checksum);

/** What the formatter doesn't do. */
function tidy(path: string, before: string, after: string): string {
  if (/package\.json(\.template)?$/.test(path)) return sortedDependencies(after);
  return path.endsWith('.txt') ? aligned(before, after) : after;
}
