import { execFileSync } from 'node:child_process';

/**
 * Throws unless the work tree below `root` is a git work tree without changes: what a generator does is then all that git
 * shows, and git alone can undo it.
 */
export function requireCleanTree(root: string): void {
  const changes = changedFiles(root);
  if (!changes.length) return;
  const shown = changes.slice(0, 5).map((path) => `  ${path}`);
  const more = changes.length > shown.length ? [`  and ${changes.length - shown.length} more`] : [];
  throw new Error(
    ['there are uncommitted changes; commit them, or `git stash -u`, and try again:', ...shown, ...more].join('\n'),
  );
}

/** Paths from `root` that differ from the last commit, new ones included; those that git ignores are not. */
export function changedFiles(root: string): string[] {
  const status = git(root, 'status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames');
  return status
    .split('\0')
    .filter(Boolean)
    .map((entry) => entry.slice(3));
}

export function git(root: string, ...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new Error('git is not installed, and without it a generator cannot be undone');
    throw new Error(`git ${args[0]}: ${stderr?.trim()}`);
  }
}
