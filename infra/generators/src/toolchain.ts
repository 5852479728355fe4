import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What follows from the changed sources: the lockfile, generated files, compiled code, formatted text. */
export class Toolchain {
  constructor(
    private readonly root: string,
    private readonly report: (line: string) => void,
  ) {}

  /** Updates pnpm-lock.yaml and installs. */
  async install(): Promise<void> {
    await this.step('installing packages', 'pnpm', [
      'install',
      '--no-frozen-lockfile',
      '--prefer-offline',
      '--reporter=append-only',
    ]);
  }

  /** Also compiles. What the compiler itself needs must be there. */
  async generate(): Promise<void> {
    const bootstrap = join(this.root, 'infra', 'local', 'bootstrap.mjs');
    await this.step('compiling and generating', process.execPath, [bootstrap, 'generate']);
  }

  /** Writes the schemas of new messages to libs/contracts/history. */
  async recordVersions(): Promise<void> {
    const script = join(this.root, 'libs', 'contracts', 'dist', 'main.record-versions.js');
    await this.step('recording the new message types', process.execPath, [script]);
  }

  async format(paths: readonly string[]): Promise<void> {
    const biome = join(this.root, 'node_modules', '.bin', 'biome');
    const options = ['check', '--write', '--files-ignore-unknown=true', '--no-errors-on-unmatched'];
    if (paths.length) await this.step('formatting', biome, [...options, ...paths]);
  }

  /** Silent unless it fails; then its output is the error. */
  private step(what: string, file: string, args: readonly string[]): Promise<void> {
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, { cwd: this.root, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
      child.once('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
      child.once('close', (code) => {
        if (code !== 0) return reject(new Error(`${what} failed (${code}):\n${output.trim()}`));
        this.report(`  ${what}: ${((performance.now() - start) / 1_000).toFixed(0)} s`);
        resolve();
      });
    });
  }
}
