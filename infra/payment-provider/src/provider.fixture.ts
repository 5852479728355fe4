import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The provider as a process of its own, on a free port, with a directory that outlives it. */
export class RunningProvider {
  private constructor(
    readonly directory: string,
    readonly url: string,
    readonly process: ChildProcess,
  ) {}

  static async start(env: Record<string, string> = {}, directory = newDirectory()): Promise<RunningProvider> {
    const child = spawnProvider(directory, env);
    for await (const line of createInterface({ input: child.stdout! })) {
      const url = /listening on (http:[^"]+)/.exec(line)?.[1];
      if (!url) continue;
      child.stdout!.resume();
      return new RunningProvider(directory, url, child);
    }
    throw new Error(`the provider ended before it listened: ${child.exitCode}`);
  }

  /** Another one on the same directory, after this one has ended. */
  restart(): Promise<RunningProvider> {
    return RunningProvider.start({}, this.directory);
  }

  /** Ends it as the system does when it runs out of memory. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Ends it and leaves nothing. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
  }

  charge(key: string, changes: Partial<typeof CHARGE> = {}): Promise<Answer> {
    return this.post('/charges', { ...CHARGE, ...changes }, { 'idempotency-key': key });
  }

  refund(chargeKey: string, orderId = CHARGE.orderId): Promise<Answer> {
    return this.post('/refunds', { chargeKey, orderId });
  }

  async ledger(
    query = '',
  ): Promise<{ items: { id: string; orderId: string; type: string }[]; nextCursor: string | null }> {
    return JSON.parse((await this.request(`/ledger${query}`)).text);
  }

  /** Each entry as its type, in order. */
  async ledgerTypes(): Promise<string[]> {
    return (await this.ledger()).items.map(({ type }) => type);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const json = { 'content-type': 'application/json', ...headers };
    return this.request(path, {
      method: 'POST',
      headers: json,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    const body = text.startsWith('{') ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, body };
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the provider answers is what the tests are about
  body: any;
}

export const CHARGE = { orderId: 'order-1', amount: 4_200, currency: 'EUR', token: 'tok_ok' };

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'waybill-provider-'));

export function spawnProvider(directory: string, env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'main.js')], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: directory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
