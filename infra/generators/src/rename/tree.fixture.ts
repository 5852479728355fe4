import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '../clean-tree.js';

/** A small repository, and what is in it. */
export class Tree {
  readonly root = mkdtempSync(join(tmpdir(), 'generators-'));

  constructor(files: Record<string, string>) {
    git(this.root, 'init', '--quiet');
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  files(): Record<string, string> {
    const paths = globSync('**/*', { cwd: this.root, exclude: ['.git'] });
    const files = paths.filter((path) => statSync(join(this.root, path)).isFile()).sort();
    return Object.fromEntries(files.map((path) => [path, this.read(path)]));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
