/** What was prepared from which inputs, so that nothing is done twice. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './paths.mjs';
import { step } from './run.mjs';

/** Not by the project's name: whoever undoes a renaming has to install anew. */
const stamps = join(root, 'node_modules', '.stamps.json');

/** Paths of all files that git tracks or would add; without git, of all files in the source folders. */
export function files(matches) {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const paths =
    listed.status === 0
      ? listed.stdout.split('\n')
      : ['services', 'libs', 'infra', 'tests', 'bench', '.'].flatMap(walk);
  return [...new Set(paths)].filter((path) => path && matches(path) && fs.existsSync(path)).sort();
}

function walk(folder) {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = relative(root, join(root, folder, entry.name));
    if (!entry.isDirectory()) return [path];
    return folder === '.' || /^(node_modules|dist|generated|\..*)$/.test(entry.name) ? [] : walk(path);
  });
}

export function contentHash(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\n`).update(fs.readFileSync(path));
  return hash.digest('hex');
}

function allStamps() {
  try {
    return JSON.parse(fs.readFileSync(stamps, 'utf8'));
  } catch {
    return {};
  }
}

export const stampOf = (name) => allStamps()[name];

export function setStamp(name, value) {
  if (stampOf(name) === value) return;
  fs.mkdirSync(dirname(stamps), { recursive: true });
  fs.writeFileSync(`${stamps}.new`, JSON.stringify({ ...allStamps(), [name]: value }, null, 2));
  fs.renameSync(`${stamps}.new`, stamps);
}

/** Does the work unless it was already done for the same inputs. */
export async function whenChanged(name, hash, what, work) {
  if (hash && stampOf(name) === hash) return;
  await step(what, work);
  setStamp(name, hash);
}
