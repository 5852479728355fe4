import type { Edit } from './shop.js';

/** The text with every edit applied. Throws when one finds nothing: the file has changed and the list has not. */
export function edited(path: string, text: string, edits: readonly Edit[]): string {
  return edits.reduce((current, [what, by]) => {
    const next = current.replace(what, () => by);
    if (next === current)
      throw new Error(`${path} has no ${what}: infra/generators/src/remove-shop/shop.ts is out of date`);
    return next;
  }, text);
}

/** A help text without the lines of these commands. */
export function withoutCommands(help: string, commands: readonly string[]): string {
  const isOf = (line: string) => commands.includes(/^ {2}([\w:]+)/.exec(line)?.[1] ?? '');
  const isContinued = (line: string) => /^ {10}/.test(line);
  let dropping = false;
  const kept = help.split('\n').filter((line) => {
    dropping = isOf(line) || (dropping && isContinued(line));
    return !dropping;
  });
  return kept.join('\n');
}

interface Manifest {
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** A package.json without the scripts and dependencies for which `isGone` is true. */
export function withoutEntries(manifest: string, isGone: (name: string) => boolean): string {
  const parsed = JSON.parse(manifest) as Manifest;
  for (const part of ['scripts', 'dependencies', 'devDependencies'] as const)
    for (const name of Object.keys(parsed[part] ?? {})) if (isGone(name)) delete parsed[part]![name];
  return `${JSON.stringify(parsed, null, 2)}\n`;
}

/** pnpm-workspace.yaml without the catalogue's versions that no package asks for. */
export function withoutUnusedVersions(workspace: string, manifests: readonly string[]): string {
  const isUsed = (name: string) => manifests.some((manifest) => manifest.includes(`"${name}": "catalog:"`));
  return workspace.replace(/^catalog:\n(?: .*\n)+/m, (catalogue) =>
    catalogue.replace(/^ {2}"?([^":\n]+)"?: .*\n/gm, (line, name: string) => (isUsed(name) ? line : '')),
  );
}
