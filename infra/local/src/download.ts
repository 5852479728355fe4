import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.js';

/**
 * A folder in the cache that is either complete or absent: `fill` gets a temporary folder, which is then renamed.
 * Resolves with the finished one.
 */
export async function cached(folder: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(join(dirname(folder), 'download-'));
  try {
    await fill(temporary);
    chmodSync(temporary, 0o755);
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Downloads a .tar.gz into `folder` and unpacks it there, if it has this checksum; HTTPS_PROXY and NO_PROXY apply. */
export async function unpackDownload(url: string, sha256: string, folder: string): Promise<void> {
  const archive = join(folder, 'archive.tar.gz');
  const script = join(import.meta.dirname, 'main.fetch.js');
  await run(process.execPath, ['--use-env-proxy', script, url, archive]).catch((error: Error) => {
    throw new Error(error.message.split('\n').at(-1));
  });
  const actual = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (actual !== sha256) throw new Error(`${url} has the checksum ${actual}, not ${sha256}`);
  await run('tar', ['-xzf', archive, '-C', folder]);
  rmSync(archive);
}
