import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from './generated-file.js';

/** A file that is written by hand but for what is between these two lines. Throws when it lacks one of them. */
export function withRegion(
  root: string,
  path: string,
  { begin, end, content }: { begin: string; end: string; content: string },
): GeneratedFile {
  const text = readFileSync(join(root, path), 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from + begin.length);
  if (from < 0 || to < 0)
    throw new Error(`${path} needs the lines '${begin}' and '${end}': what is between is generated`);
  return [path, `${text.slice(0, from)}${begin}\n${content}${text.slice(to)}`];
}
