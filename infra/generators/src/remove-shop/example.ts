import { cpSync, globSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of files that tools would take for their own where they lie. */
const ENDING = /\.template$/;

/** Copies templates/example over the repository; a file that is there already is replaced. */
export function writeExample(root: string): void {
  const folder = join(root, 'infra', 'generators', 'templates', 'example');
  const paths = globSync(['**/*', '.*', '.*/*'], { cwd: folder });
  for (const path of paths.filter((path) => statSync(join(folder, path)).isFile())) {
    const target = join(root, path.replace(ENDING, ''));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(folder, path), target);
  }
}
