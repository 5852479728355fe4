import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedFiles, git, requireCleanTree } from './clean-tree.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clean-tree-'));
  git(root, 'init', '--quiet');
  writeFileSync(join(root, '.gitignore'), 'ignored\n');
  writeFileSync(join(root, 'committed'), 'one\n');
  git(root, 'add', '--all');
  git(root, '-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', 'first');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a generator', () => {
  it('accepts a tree without changes, whatever git ignores in it', () => {
    writeFileSync(join(root, 'ignored'), '');
    expect(() => requireCleanTree(root)).not.toThrow();
  });

  it('refuses changed, new and deleted files, and names them', () => {
    writeFileSync(join(root, 'committed'), 'two\n');
    writeFileSync(join(root, 'new file'), '');
    expect(changedFiles(root).sort()).toEqual(['committed', 'new file']);
    expect(() => requireCleanTree(root)).toThrow(/uncommitted changes.*git stash -u.*\n {2}committed\n {2}new file/s);
    rmSync(join(root, 'committed'));
    expect(() => requireCleanTree(root)).toThrow('committed');
  });

  it('refuses a folder that is no git work tree: nothing could undo it', () => {
    rmSync(join(root, '.git'), { recursive: true });
    expect(() => requireCleanTree(root)).toThrow(/not a git repository/);
  });
});
