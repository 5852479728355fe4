import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conflicts, leftovers } from './check.js';
import { isOfLibs, keptLibs, namesOfLibs } from './libs-names.js';
import { objectionTo } from './project-name.js';
import { type Renaming, renameFiles } from './rename-files.js';

/** Throws with the reason why nothing may be renamed: the name does not fit, is in use, or the system is running. */
export function requireRenamable(root: string, from: string, to: string): void {
  const objection = objectionTo(to, from);
  if (objection) throw new Error(objection);
  const used = conflicts(root, to);
  if (used.length)
    throw new Error(
      `'${to}' is in ${used.length} files already, and the project's name must be told from anything else:\n` +
        used
          .slice(0, 5)
          .map((path) => `  ${path}\n`)
          .join('') +
        'choose another name',
    );
  if (existsSync(join(root, `.${from}`, 'endpoints.json'))) throw new Error('the system is running: npm stop');
}

/** The renaming of everything, or of all but the libraries and what they have named. */
export function renamingOf(root: string, from: string, to: string, { keepLibs = false } = {}): Renaming {
  if (!keepLibs) return { root, from, to };
  const libs = keptLibs(root);
  return { root, from, to, kept: namesOfLibs(root, from), isKept: (path) => isOfLibs(path, libs) };
}

/** Renames files and their contents. Returns how many files changed and moved. */
export function rename(renaming: Renaming): { changed: number; moved: number } {
  const { root, from } = renaming;
  const { changed, moved } = renameFiles(renaming);
  ignoreOldData(root, from);
  return { changed, moved: moved.length };
}

/** Throws with the files that still have the old name. */
export function requireNothingLeft(renaming: Renaming): void {
  const left = leftovers(renaming);
  if (!left.length) return;
  const lines = left.map(([path, times]) => `  ${path}: ${times}`);
  throw new Error(`'${renaming.from}' is left in ${left.length} files:\n${lines.join('\n')}`);
}

/** Data of the system under its old name is no longer in .gitignore, and would be committed. */
function ignoreOldData(root: string, from: string): void {
  const folder = join(root, `.${from}`);
  if (existsSync(folder)) writeFileSync(join(folder, '.gitignore'), '*\n');
}
