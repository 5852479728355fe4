import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testing';

const PROGRAM = fileURLToPath(new URL('../main.api.js', import.meta.url));

/** An order-api as it ships, in a process of its own. */
export class ApiProcess {
  private constructor(
    /** Its connections to the database are seen there by this name. */
    readonly name: string,
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when it is ready, on a free port that it chose itself. */
  static async start(name: string, databaseUrl: string): Promise<ApiProcess> {
    const env = { DATABASE_URL: databaseUrl, PORT: '0', PGAPPNAME: name };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', () => child.kill('SIGKILL'));
    try {
      const url = await listening(child);
      await until(`${name} is ready`, async () => (await fetch(`${url}/health/ready`)).ok, { within: '30s' });
      return new ApiProcess(name, url, child);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Ends it as `kill -9` does; resolves when it is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

/** Where it listens, as it logs. */
async function listening(child: ChildProcess): Promise<string> {
  const lines = createInterface(child.stdout!);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`order-api ended with ${code} before it listened`)));
    lines.on('line', (line) => {
      const { msg, url } = JSON.parse(line);
      if (msg === 'listening') resolve(url);
    });
  });
}
