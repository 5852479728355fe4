import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findOnPath } from './program.js';

export interface GoProgram {
  name: string;
  version: string;
  /** As `go install` names it, without the version. */
  module: string;
  /** Where people get it without Go. */
  releases: string;
}

/** Its path: on PATH, or `go install` builds it (once, up to three minutes), otherwise this rejects with how to get it. */
export async function goProgram({ name, version, module, releases }: GoProgram): Promise<string> {
  const there = findOnPath(name);
  if (there) return there;
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill', `${name}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  const byHand = `install ${name} ${version} (${releases}), or Go, which builds it`;
  const compiler = findOnPath('go') ?? [OFFICIAL_GO].find(existsSync);
  if (!compiler) throw new Error(`${name} is missing: ${byHand}`);
  mkdirSync(dirname(folder), { recursive: true });
  // Under another name first: several test processes may build it at once, and none may run half of it.
  const temporary = mkdtempSync(`${folder}.`);
  const env = { ...process.env, GOBIN: temporary };
  const [code] = await once(spawn(compiler, ['install', `${module}@${version}`], { env, stdio: 'ignore' }), 'exit');
  if (code === 0 && !existsSync(program)) {
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } else rmSync(temporary, { recursive: true, force: true });
  if (!existsSync(program)) throw new Error(`Go could not install ${name} (exit code ${code}): ${byHand}`);
  return program;
}

/** Where Go's own archive is unpacked, often without being on PATH. */
const OFFICIAL_GO = '/usr/local/go/bin/go';
