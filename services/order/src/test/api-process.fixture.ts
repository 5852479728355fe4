import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testing';

const PROGRAM = fileURLToPath(new URL('../main.api.js', import.meta.url));

/** An order-api as it ships, in a process of its own. */
export class ApiProcess {
  private constructor(
    /** The application name of its database connections. */
    readonly name: string,
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when it is ready. The port is chosen by the system. */
  static async start(name: string, databaseUrl: string): Promise<ApiProcess> {
    const env = { DATABASE_URL: databaseUrl, PORT: '0', PGAPPNAME: name };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', () => child.kill('SIGKILL'));
    try {
      const url = await urlOf(child);
      await until(`${name} is ready`, async () => (await fetch(`${url}/health/ready`)).ok, { within: '30s' });
      return new ApiProcess(name, url, child);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Like `kill -9`; resolves when the process is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

/** The URL in its log. */
async function urlOf(child: ChildProcess): Promise<string> {
  const lines = createInterface(child.stdout!);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`order-api exited with ${code} before it listened`)));
    lines.on('line', (line) => {
      const { msg, url } = JSON.parse(line);
      if (msg === 'listening') resolve(url);
    });
  });
}
