import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQL_WORDS } from './sql-words.js';

/** The name as it is spelt in packages, SQL, metrics, types and headers; in sentences; in environment variables. */
export const spellings = (name: string): string[] => [name, name[0]!.toUpperCase() + name.slice(1), name.toUpperCase()];

/** One word, because nothing else is at once an npm scope, an SQL name, the start of a metric and of an environment variable. */
const NAME = /^[a-z][a-z0-9]{2,19}$/;

export const currentName = (root: string): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string }).name;

/** Why a project named `current` cannot be given this name; `undefined` if it can. */
export function objectionTo(name: string, current: string): string | undefined {
  if (!NAME.test(name))
    return (
      `'${name}' does not fit npm scopes, SQL, metrics and environment variables alike: ` +
      '3 to 20 lower-case letters and digits, a letter first'
    );
  if (name === current) return `the project has this name already`;
  if (name.includes(current) || current.includes(name))
    return `'${name}' and '${current}' contain one another, and could not be told apart afterwards`;
  if (SQL_WORDS.has(name)) return `'${name}' is a reserved word of SQL, and would be the name of a schema`;
  return undefined;
}
