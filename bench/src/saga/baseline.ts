import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, git } from './commands.js';

/** The last commit whose saga was orchestrated only, and nothing of which had been made fast. */
const COMMIT = 'f0e0befb5831aebcd9ec24724ab91a75b418b162';
export const BASELINE = COMMIT.slice(0, 7);

/**
 * The folder of the baseline, which is checked out and built once. A clone, not a work tree: who deletes the folder
 * leaves nothing behind in the repository.
 */
export async function checkOutBaseline(root: string, home: string): Promise<string> {
  const folder = join(home, BASELINE);
  if (!existsSync(folder)) {
    await requireCommit(root);
    const unfinished = `${folder}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    await git(root, 'clone', '--quiet', '--no-checkout', root, unfinished);
    await git(unfinished, 'checkout', '--quiet', '--detach', COMMIT);
    renameSync(unfinished, folder);
  }
  console.log(`  building ${BASELINE} (some minutes the first time) ...`);
  await build(folder);
  return folder;
}

async function requireCommit(root: string): Promise<void> {
  await git(root, 'cat-file', '-e', `${COMMIT}^{commit}`).catch((cause) => {
    throw new Error(
      `commit ${BASELINE}, which this compares with, is not in this clone of the repository. In a shallow clone,\n` +
        `  git fetch --unshallow\ngets it; else\n  git fetch origin ${COMMIT}`,
      { cause },
    );
  });
}
