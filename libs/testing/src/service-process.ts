import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A service as it ships, in a process of its own, on a port that the system chooses. */
export class ServiceProcess {
  /** Everything that it has logged. */
  log = '';

  private constructor(
    private readonly child: ChildProcess,
    /** Where it listens. */
    readonly url: string,
  ) {
    child.stdout!.on('data', (text) => {
      this.log += text;
    });
  }

  /** Resolves when it listens; rejects when it exits before. It does not outlive the tests. */
  static async start(program: string, env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
    const child = spawn(process.execPath, [program], {
      env: { PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    return new ServiceProcess(child, await urlOf(child));
  }

  /** SIGTERM; resolves with its exit code. */
  async terminate(): Promise<number> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    return (await exit)[0];
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
function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the service exited with ${code} before it listened`)));
    createInterface(child.stdout!).on('line', (line) => {
      const { msg, url } = JSON.parse(line);
      if (msg === 'listening') resolve(url);
    });
  });
}
