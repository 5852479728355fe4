import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Mustache from 'mustache';

const folder = join(import.meta.dirname, '..', 'templates');
const ENDING = '.template';

/** The paths below a folder of templates, without their ending. */
export const templatesIn = (name: string): string[] =>
  globSync(`**/*${ENDING}`, { cwd: join(folder, name) })
    .map((path) => path.slice(0, -ENDING.length))
    .sort();

/** Fills a template. What it produces is code: nothing is escaped. */
export function fill(path: string, view: object): string {
  return Mustache.render(readFileSync(join(folder, `${path}${ENDING}`), 'utf8'), view, undefined, { escape: String });
}
