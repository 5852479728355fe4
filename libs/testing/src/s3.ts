import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from './go-program.js';
import { end, freePort } from './program.js';
import { until } from './until.js';

export interface RunningS3 {
  /** `http://host:port` */
  endpoint: string;
  /** An empty bucket. */
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** Kills it; its data stay. */
  crash(): Promise<void>;
  /** Restarts it after a crash, at the same address. */
  restart(): Promise<void>;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}

const VERSITYGW = {
  name: 'versitygw',
  version: 'v1.8.0',
  module: 'github.com/versity/versitygw/cmd/versitygw',
  releases: 'https://github.com/versity/versitygw/releases',
};
export const versitygw = (): Promise<string> => goProgram(VERSITYGW);

const CREDENTIALS = { accessKey: 'test', secretKey: 'not-a-secret' };

/**
 * A real S3 server: versitygw, a process of its own on a free port with a folder of its own. Rejects with how to get it when it
 * is missing and cannot be built.
 */
export async function startS3(): Promise<RunningS3> {
  const program = await versitygw();
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 's3-'));
  const bucket = 'claims';
  for (const folder of ['objects', 'attributes', `objects/${bucket}`]) mkdirSync(join(home, folder));
  const settings = [
    '--quiet',
    '--port',
    `127.0.0.1:${port}`,
    'posix',
    '--sidecar',
    join(home, 'attributes'),
    join(home, 'objects'),
  ];
  const env = { ...process.env, ROOT_ACCESS_KEY: CREDENTIALS.accessKey, ROOT_SECRET_KEY: CREDENTIALS.secretKey };
  const endpoint = `http://127.0.0.1:${port}`;
  let server: ChildProcess;
  process.once('exit', () => server?.kill('SIGKILL'));

  const restart = async () => {
    server = spawn(program, settings, { stdio: 'ignore', env });
    await until('the S3 server answers', () => answers(endpoint, server));
  };
  await restart();
  return {
    endpoint,
    bucket,
    ...CREDENTIALS,
    crash: () => end(server),
    restart,
    async stop() {
      await end(server);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function answers(endpoint: string, server: ChildProcess): Promise<boolean> {
  if (server.exitCode !== null) throw new Error(`versitygw exited with ${server.exitCode}`);
  return (await fetch(endpoint)).status === 403; // listing buckets needs credentials
}
