import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@waybill/testing';
import { answers } from '../ready.js';
import { Supervised } from '../supervised.js';

/** Answers HTTP, with the pid of a child of its own that does nothing. */
const PROGRAM = `
  const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  require('http').createServer((_, response) => response.end(JSON.stringify({ child: child.pid })))
    .listen(process.env.PORT, '127.0.0.1');
  process.on('exit', () => child.kill());
  process.on('SIGTERM', () => process.exit());`;

/** A real process that the launcher supervises. */
export class SupervisedProgram {
  readonly home = mkdtempSync(join(tmpdir(), 'faults-'));
  readonly lines: string[] = [];
  private url = '';
  private program: Supervised | undefined;

  get supervised(): Supervised {
    return this.program!;
  }

  async start(): Promise<void> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const script = join(this.home, 'program.cjs');
    writeFileSync(script, PROGRAM);
    const output = { line: (text: string) => void this.lines.push(text) };
    this.program = new Supervised(
      {
        name: 'program',
        command: process.execPath,
        args: [script],
        env: { PORT: String(port) },
        ready: () => answers(this.url),
      },
      { output, logFile: join(this.home, 'program.log'), onChange() {} },
    );
    await this.program.start(30_000);
  }

  async stop(): Promise<void> {
    await this.program?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  async child(): Promise<number> {
    const { child } = (await (await fetch(this.url)).json()) as { child: number };
    return child;
  }

  /** Whether it answers within a second. */
  responds(): Promise<boolean> {
    return fetch(this.url, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  untilItResponds(): Promise<unknown> {
    return until('it responds', () => this.responds());
  }
}

/** By a signal. */
export const isStopped = (pid: number): boolean =>
  execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
