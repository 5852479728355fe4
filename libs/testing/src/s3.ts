import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, findOnPath, freePort } from './program.js';
import { until } from './until.js';

export interface RunningS3 {
  /** `http://host:port` */
  endpoint: string;
  /** An empty bucket. */
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** Ends it as a crash would; its data stay. */
  crash(): Promise<void>;
  /** Starts it again after a crash, at the same place. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const VERSION = 'v1.8.0';
const CREDENTIALS = { accessKey: 'waybill-test', secretKey: 'not-a-secret' };

/**
 * A real server that speaks S3: versitygw, a process of its own on a free port over a folder of its own. Takes it from PATH,
 * else brings it by `go install` (three minutes, once), else rejects with how to get it.
 */
export async function startS3(): Promise<RunningS3> {
  const program = findOnPath('versitygw') ?? installed();
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'waybill-s3-'));
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
    await until('the S3 server answers', () => answers(endpoint, server), { within: '20s' });
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
  if (server.exitCode !== null) throw new Error(`versitygw ended with ${server.exitCode}`);
  return (await fetch(endpoint)).status === 403; // nobody may list buckets without a name
}

function installed(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill', `versitygw-${VERSION}`);
  const program = join(folder, 'versitygw');
  if (existsSync(program)) return program;
  const byHand = `install versitygw ${VERSION} (https://github.com/versity/versitygw/releases), or Go, which brings it`;
  if (!findOnPath('go')) throw new Error(`there is no versitygw: ${byHand}`);
  const env = { ...process.env, GOBIN: folder };
  spawnSync('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`], { env, stdio: 'ignore' });
  if (!existsSync(program)) throw new Error(`Go could not install versitygw: ${byHand}`);
  return program;
}
