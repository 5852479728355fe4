import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill');

/** Runs a program in a temporary folder, because some leave files behind; throws its output when it fails. */
export function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: tmpdir(),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Schemathesis from PyPI, in an environment of its own. Returns its command. */
export function schemathesis(version = '4.32.5'): string {
  const folder = installed(`schemathesis-${version}`, (target) => {
    run('python3', '-m', 'venv', target);
    run(join(target, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', `schemathesis==${version}`);
  });
  return join(folder, 'bin', 'st');
}

/** The generator of clients from npm, with the TypeScript that it needs. Returns the folder that has both. */
export function clientGenerator(): string {
  return installed('openapi-typescript-7.13.0', (target) => {
    const packages = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0', 'typescript@5.9.3'];
    run('npm', 'install', '--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...packages);
  });
}

/** An interrupted installation is begun anew. Environments of Python cannot be moved, so a mark says that it is complete. */
function installed(name: string, install: (folder: string) => void): string {
  const folder = join(cache, name);
  const mark = join(folder, '.complete');
  if (existsSync(mark)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  mkdirSync(`${mark}.new`);
  renameSync(`${mark}.new`, mark);
  return folder;
}
