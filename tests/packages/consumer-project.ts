import { execFile } from 'node:child_process';
import { globSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readmeProgram, runProgram } from '@waybill/testing';
import type { PackedLibrary } from './packed-library.js';

export type PackageManager = 'npm' | 'pnpm';

/** The compiler and types of what the programs import, and what Nest itself needs. */
const TOOLS = {
  typescript: '~5.9.0',
  '@types/node': '^22.0.0',
  '@types/pg': '^8.20.1',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.8.0',
};

const COMPILER_OPTIONS = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  experimentalDecorators: true,
  skipLibCheck: false,
  types: ['node'],
  outDir: 'dist',
};

/** An application of somebody else's: a plain ES module project that has installed the libraries. */
export class ConsumerProject {
  constructor(
    readonly folder: string,
    private readonly manager: PackageManager,
  ) {}

  /** Installs the libraries' tarballs, with these versions of their peers. */
  async install(libraries: readonly PackedLibrary[], peers: Record<string, string>): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const tarballs = Object.fromEntries(libraries.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]));
    const manifest = { name: 'shop', private: true, type: 'module', dependencies: { ...TOOLS, ...peers, ...tarballs } };
    this.write('package.json', JSON.stringify(manifest, null, 2));
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] }));
    // No registry has these versions yet, so that the libraries find each other by their tarballs. npm needs no help.
    if (this.manager === 'pnpm') this.write('pnpm-workspace.yaml', JSON.stringify({ overrides: tarballs }));
    await this.run(this.manager, this.manager === 'npm' ? ['install', '--no-audit', '--no-fund'] : ['install']);
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.folder, file), content);
  }

  /** Rejects with the compiler's errors. */
  async compile(): Promise<void> {
    await this.run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.']);
  }

  /** Runs the program in the README of an installed library, from its compiled copy. */
  async runReadme({ library, folder }: PackedLibrary, env: Record<string, string>): Promise<string> {
    const { prints } = readmeProgram(join(folder, 'README.md'));
    return runProgram(join(this.folder, 'dist', `${library}.js`), { cwd: this.folder, env, prints });
  }

  /** Writes that program, to be compiled. */
  addReadme({ library, folder }: PackedLibrary): void {
    this.write(`${library}.ts`, readmeProgram(join(folder, 'README.md')).code);
  }

  removeReadmes(): void {
    for (const file of globSync('*.ts', { cwd: this.folder })) rmSync(join(this.folder, file));
  }

  /** Folders with a copy of this package, links resolved. */
  copiesOf(name: string): string[] {
    const places = [`node_modules/${name}`, `node_modules/**/node_modules/${name}`];
    const found = globSync(places, { cwd: this.folder }).map((path) => realpathSync(join(this.folder, path)));
    return [...new Set(found)];
  }

  /** Resolves with what it writes; rejects with that when it fails. */
  async run(file: string, args: readonly string[]): Promise<string> {
    try {
      return (await promisify(execFile)(file, args, { cwd: this.folder })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${file} ${args.join(' ')} failed\n${stdout}\n${stderr}`);
    }
  }
}
