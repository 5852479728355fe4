import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { GeneratedFile } from './generated-file.js';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * TypeScript's project references: the root's are all packages, a package's are its dependencies within the workspace.
 * Without one, `tsc -b` would build in the wrong order, or not at all.
 */
export function referencesOfPackages(root: string): GeneratedFile[] {
  const folders = globSync(['{libs,services,infra}/*/tsconfig.json', '{tests,bench}/tsconfig.json'], { cwd: root })
    .map(dirname)
    .sort();
  const manifests = new Map(folders.map((folder) => [folder, readManifest(join(root, folder))]));
  const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));
  const ofPackages = folders.map((folder): GeneratedFile => {
    const { dependencies, devDependencies } = manifests.get(folder)!;
    const used = Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => folderOf.get(name) ?? []);
    return withReferences(
      root,
      join(folder, 'tsconfig.json'),
      used.sort().map((other) => relative(folder, other)),
    );
  });
  return [withReferences(root, 'tsconfig.json', folders), ...ofPackages];
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The rest of the file stays as it was written. */
function withReferences(root: string, path: string, references: readonly string[]): GeneratedFile {
  const entries = references.map((reference) => `    {\n      "path": "${reference}"\n    }`);
  const list = entries.length ? `[\n${entries.join(',\n')}\n  ]` : '[]';
  const config = readFileSync(join(root, path), 'utf8');
  if (!/"references": \[[^\]]*\]/.test(config)) throw new Error(`${path} has no "references"`);
  return [path, config.replace(/"references": \[[^\]]*\]/, `"references": ${list}`)];
}
