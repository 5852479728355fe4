import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './settings.js';

/** Content hashes of what each package runs, by its folder: its compiled code, migrations and dependencies. */
export type Fingerprints = ReadonlyMap<string, string>;

export function fingerprints(): Fingerprints {
  return new Map(
    packageFolders().map((folder) => {
      const files = globSync(['package.json', 'dist/**/*.js', 'prisma/migrations/**/*.sql'], {
        cwd: join(root, folder),
      });
      const hash = createHash('sha256');
      for (const file of files.filter(isRun).sort()) hash.update(file).update(readFileSync(join(root, folder, file)));
      return [folder, hash.digest('hex')];
    }),
  );
}

/** Folders of the packages that changed, and of those that depend on them. */
export function affected(before: Fingerprints, after: Fingerprints): Set<string> {
  const found = new Set([...after.keys()].filter((folder) => after.get(folder) !== before.get(folder)));
  const dependencies = workspaceDependencies();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [folder, uses] of dependencies) if (uses.some((used) => found.has(used))) found.add(folder);
  }
  return found;
}

const isRun = (file: string) => !/\.(spec|fixture)\.js$|(^|\/)test\//.test(file);

const packageFolders = () => globSync('{libs,services,infra}/*/package.json', { cwd: root }).map(dirname);

/** What each folder's package uses of the others when it runs. */
function workspaceDependencies(): Map<string, string[]> {
  const manifests = packageFolders().map((folder) => {
    const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      dependencies?: Record<string, string>;
    };
    return { folder, name, uses: Object.keys(dependencies) };
  });
  const folderOf = new Map(manifests.map(({ name, folder }) => [name, folder]));
  return new Map(manifests.map(({ folder, uses }) => [folder, uses.flatMap((name) => folderOf.get(name) ?? [])]));
}
