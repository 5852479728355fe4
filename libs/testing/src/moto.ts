import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { end, findOnPath, freePort } from './program.js';
import type { RunningSqs } from './sqs.js';
import { until } from './until.js';

const VERSION = '5.2.5';
const REGION = 'us-east-1';

/**
 * A second server of SQS's protocol, to compare with: moto, which many Python programs are tested on. It keeps its messages in
 * memory, so it cannot be crashed and restarted. pip fetches it once, in half a minute; without Python 3 this rejects.
 */
export async function startMoto(): Promise<Pick<RunningSqs, 'endpoint' | 'region' | 'stop'>> {
  const program = await motoServer();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server: ChildProcess = spawn(program, ['-H', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  process.once('exit', () => server.kill('SIGKILL'));
  await until('moto answers', async () => {
    if (server.exitCode !== null) throw new Error(`moto exited with ${server.exitCode}`);
    return (await fetch(`${endpoint}/moto-api/data.json`)).ok;
  });
  return { endpoint, region: REGION, stop: () => end(server) };
}

/** Its command, in an environment of its own. Environments of Python cannot be moved, so a mark says that one is complete. */
async function motoServer(): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill', `moto-${VERSION}`);
  const mark = join(folder, '.complete');
  if (!existsSync(mark)) {
    const python = findOnPath('python3');
    if (!python) throw new Error('moto is missing, and so is Python 3 to install it');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await run(python, '-m', 'venv', folder);
    await run(join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', `moto[server]==${VERSION}`);
    writeFileSync(mark, '');
  }
  return join(folder, 'bin', 'moto_server');
}

async function run(command: string, ...args: string[]): Promise<void> {
  const [code] = await once(spawn(command, args, { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}`);
}
