import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testing';

/** A child process that runs one of the fixtures, to be killed. */
export class Child {
  private output = '';
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, null>) {
    this.exited = once(child, 'exit');
    child.stdout.on('data', (bytes) => {
      this.output += bytes;
    });
  }

  static run(fixture: `./${string}.fixture.js`, settings: object, ...nodeOptions: string[]): Child {
    const script = fileURLToPath(new URL(fixture, import.meta.url));
    return new Child(
      spawn(process.execPath, ['--no-warnings', ...nodeOptions, script, JSON.stringify(settings)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
  }

  async untilPrinted(line: string): Promise<void> {
    await until(`the process prints '${line}'`, () => this.output.split('\n').includes(line));
  }

  /** The last whole line that it printed, as JSON. */
  lastLine<T>(): T | undefined {
    const line = this.output.split('\n').at(-2);
    return line ? (JSON.parse(line) as T) : undefined;
  }

  resume(): void {
    this.child.stdin.write('resume\n');
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
