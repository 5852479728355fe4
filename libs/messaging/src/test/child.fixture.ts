import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testing';

/** A process of our own that runs one of the fixtures, to be killed. */
export class Child {
  private output = '';
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, null>) {
    this.exited = once(child, 'exit');
    child.stdout.on('data', (bytes) => {
      this.output += bytes;
    });
  }

  static run(fixture: `./${string}.fixture.js`, order: object): Child {
    const script = fileURLToPath(new URL(fixture, import.meta.url));
    return new Child(
      spawn(process.execPath, ['--no-warnings', script, JSON.stringify(order)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
  }

  async says(line: string): Promise<void> {
    await until(`the process says '${line}'`, () => this.output.split('\n').includes(line), {
      within: '30s',
    });
  }

  /** The last whole line that it said, as JSON. */
  last<T>(): T | undefined {
    const line = this.output.split('\n').at(-2);
    return line ? (JSON.parse(line) as T) : undefined;
  }

  goOn(): void {
    this.child.stdin.write('go on\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Resolves with its exit code. */
  async end(): Promise<number | null> {
    await this.exited;
    return this.child.exitCode;
  }
}
