import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
/** Beside the ports of the other suites. */
const PORT_OFFSET = 200;

export interface ForkEndpoints {
  orderApi: string;
  deadLetters: string;
  operatorToken: string;
  kafka: string;
  postgres: string;
  processes: Record<string, number>;
  [service: string]: unknown;
}

/** A clone of the last commit, in which a test does what somebody does who forks it. Changes that are not committed are not in it. */
export class Fork {
  private constructor(readonly folder: string) {}

  static clone(): Fork {
    const folder = mkdtempSync(join(tmpdir(), 'fork-'));
    execFileSync('git', ['clone', '--quiet', root, folder]);
    const fork = new Fork(folder);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        fork.remove();
        process.exit(1);
      });
    return fork;
  }

  /** Runs an npm script, as one types it; resolves with all that it printed. Rejects with that when it fails. */
  npm(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('npm', ['run', ...args], {
        cwd: this.folder,
        env: this.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) resolve(output);
        else reject(new Error(`npm run ${args.join(' ')} ended with ${code}:\n${output}`));
      });
    });
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.folder, encoding: 'utf8' });
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', message);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** The project's, which a test may change. */
  get name(): string {
    return JSON.parse(this.read('package.json')).name;
  }

  /** Of its running system, as they are now. */
  endpoints(): ForkEndpoints {
    return JSON.parse(this.read(`.${this.name}/endpoints.json`));
  }

  /** Stops what still runs. Blocks: it is also the last thing that an interrupted test does. */
  remove(): void {
    const { folder, env } = this;
    const { status, stderr } = spawnSync('npm', ['stop'], { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${folder} still runs: ${stderr}`);
    rmSync(folder, { recursive: true, force: true });
  }

  /** Its own ports and state, whatever the test run has. */
  private get env(): NodeJS.ProcessEnv {
    const { WAYBILL_HOME: _, WAYBILL_ENDPOINTS: __, ...env } = process.env;
    const base = String(Number(env.WAYBILL_TEST_PORT_BASE ?? '16000') + PORT_OFFSET);
    const names = ['WAYBILL', this.name.toUpperCase()];
    const ports = names.flatMap((name) => [`${name}_PORT_BASE`, `${name}_TEST_PORT_BASE`]);
    return { ...env, ...Object.fromEntries(ports.map((setting) => [setting, base])) };
  }
}
