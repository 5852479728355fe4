import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChargeRequest } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { chargeKeyOf } from '../domain/payment.js';

const PROGRAM = fileURLToPath(new URL('../../../../infra/payment-provider/dist/main.js', import.meta.url));

/** The payment provider as a process with its own ledger: a third party, reached by its HTTP API only. */
export class Provider {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start(): Promise<Provider> {
    const directory = await mkdtemp(join(tmpdir(), 'waybill-ledger-'));
    const env = { DATA_DIR: directory, PORT: '0', SLOW_AFTER: '200ms', NODE_NO_WARNINGS: '1' };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout! })) {
      const url = /listening on (http:[^"]+)/.exec(line)?.[1];
      if (!url) continue;
      child.stdout!.resume();
      return new Provider(url, child, directory);
    }
    throw new Error(`the provider exited before it listened: ${child.exitCode}`);
  }

  /** The ledger's entries of an order, as `charge 4200`. */
  async ledger(orderId: string): Promise<string[]> {
    const response = await fetch(`${this.url}/ledger?orderId=${orderId}`);
    const { items } = (await response.json()) as { items: { type: string; amount: number }[] };
    return items.map(({ type, amount }) => `${type} ${amount}`);
  }

  async untilLedger(orderId: string, expected: string[]): Promise<void> {
    const wanted = expected.join();
    await until(`the ledger has ${wanted}`, async () => (await this.ledger(orderId)).join() === wanted);
  }

  /** The status of a charge that arrives at the provider, sent by nobody who asks our database first. */
  charge({ orderId, attempt, amount, currency, paymentToken }: ChargeRequest, key?: string): Promise<number> {
    const headers = { 'idempotency-key': key ?? chargeKeyOf({ orderId, attempt }) };
    return this.post('/charges', { orderId, amount, currency, token: paymentToken }, headers);
  }

  /** As somebody does at the provider's own site. */
  refund({ orderId, attempt }: ChargeRequest): Promise<number> {
    return this.post('/refunds', { orderId, chargeKey: chargeKeyOf({ orderId, attempt }) });
  }

  private async post(path: string, body: object, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await response.body?.cancel();
    return response.status;
  }

  async remove(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}
