import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited, withoutCommands, withoutEntries, withoutUnusedVersions } from './edit.js';
import { writeExample } from './example.js';
import { cleanPages } from './pages.js';
import { COMMANDS, EDITS, GENERATOR, REMOVED, UNUSED_IN_TESTS } from './shop.js';

/** Changes the sources below `root`; what follows from them is up to `rebuild`. Throws before it writes when a list is out of date. */
export function removeShop(root: string): void {
  const edits = Object.entries(EDITS).map(([path, list]) => [path, edited(path, read(root, path), list)] as const);
  requireFound(root, [...REMOVED, ...GENERATOR]);

  for (const [path, text] of edits) writeFileSync(join(root, path), text);
  const packages = remove(root, REMOVED);
  writeExample(root);
  remove(root, GENERATOR);
  removeCommands(root);
  removeDependencies(root, packages);
  cleanPages(root);
}

const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');
const change = (root: string, path: string, by: (text: string) => string) =>
  writeFileSync(join(root, path), by(read(root, path)));

function requireFound(root: string, patterns: readonly string[]): void {
  const unused = patterns.filter((pattern) => !globSync(pattern, { cwd: root }).length);
  if (unused.length) throw new Error(`nothing is called ${unused.join(', ')}: shop.ts is out of date`);
}

/** Returns the names of the packages that are gone. */
function remove(root: string, patterns: readonly string[]): string[] {
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));
  const manifests = paths.flatMap((path) =>
    globSync('package.json', { cwd: join(root, path) }).map((name) => join(path, name)),
  );
  const names = manifests.map((path) => (JSON.parse(read(root, path)) as { name: string }).name);
  for (const path of paths) rmSync(join(root, path), { recursive: true, force: true });
  return names;
}

function removeCommands(root: string): void {
  const isGone = (name: string) => COMMANDS.includes(name);
  change(root, 'package.json', (text) => withoutEntries(text, isGone));
  change(root, 'infra/local/help.txt', (text) => withoutCommands(text, COMMANDS));
  change(root, 'infra/local/bootstrap.mjs', (text) =>
    text.replace(/^ {2}'?([\w:]+)'?: 'infra\/.*\n/gm, (line, name: string) => (isGone(name) ? '' : line)),
  );
}

function removeDependencies(root: string, packages: readonly string[]): void {
  change(root, 'tests/package.json', (text) => withoutEntries(text, (name) => UNUSED_IN_TESTS.includes(name)));
  const manifests = globSync('{.,tests,{libs,services,infra}/*}/package.json', { cwd: root });
  for (const path of manifests) change(root, path, (text) => withoutEntries(text, (name) => packages.includes(name)));
  const texts = manifests.map((path) => read(root, path));
  change(root, 'pnpm-workspace.yaml', (text) => withoutUnusedVersions(text, texts));
}
