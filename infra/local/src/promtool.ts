import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './download.js';
import { findExecutable } from './find-executable.js';
import { type Output, step } from './progress.js';
import { run } from './run.js';
import { cache } from './settings.js';
import { hasApt } from './system-packages.js';

const WAYS = 'apt install prometheus, brew install prometheus, or https://prometheus.io/download';

/**
 * Prometheus's tool that tests alerts: the one on PATH, else that of Debian's package, which is unpacked in the cache and not
 * installed, because the package starts a server. Rejects with the ways to get it.
 */
export async function findPromtool(output: Output): Promise<string> {
  const found = findExecutable('promtool');
  if (found) return found;
  if (!hasApt()) throw new Error(`promtool is missing: ${WAYS}`);
  const folder = await cached(join(cache, 'prometheus-debian'), (temporary) =>
    step(output, 'downloading promtool', () => unpackDebian(temporary)),
  );
  return join(folder, 'usr', 'bin', 'promtool');
}

async function unpackDebian(folder: string): Promise<void> {
  const download = () => run('apt-get', ['download', 'prometheus'], { cwd: folder });
  try {
    // A fresh machine has no lists of packages yet.
    await download().catch(() => run('apt-get', ['update', '-qq']).then(download));
  } catch (error) {
    throw new Error(`promtool is missing: ${(error as Error).message}\n${WAYS}`);
  }
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  await run('dpkg-deb', ['--extract', archive!, '.'], { cwd: folder });
}
