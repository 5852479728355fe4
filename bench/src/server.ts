import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { until } from '@waybill/testing';

/** A server in a process of its own, all with the same flags. */
export class Server {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when `ready` responds with 200. The script listens on `PORT`. */
  static async start(script: string, { ready, env }: { ready: string; env: Record<string, string> }): Promise<Server> {
    const port = await freePort();
    const child = fork(script, {
      env: {
        ...process.env,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        LOG_LEVEL: 'warn',
        ...env,
        PORT: String(port),
      },
    });
    process.once('exit', () => child.kill()); // also when a measurement failed
    const server = new Server(`http://127.0.0.1:${port}`, child);
    await until(`${script} is ready`, async () => (await fetch(server.url + ready)).status === 200, { within: '30s' });
    return server;
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await exited;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
