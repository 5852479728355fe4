import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHttpServer, type Route, runScript, type ScriptResult } from '@waybill/testing';

export const UNREACHABLE = 'http://127.0.0.1:1';

type ShopCommand = 'order' | 'invariants' | 'reconcile' | 'trace';

/** A fake system, and the shop's commands against it. */
export class CommandHarness {
  readonly directory = mkdtempSync(join(tmpdir(), 'waybill-shop-cli-'));

  private constructor(readonly system: FakeHttpServer) {}

  static async start(routes: Record<string, Route>): Promise<CommandHarness> {
    return new CommandHarness(await FakeHttpServer.start(routes));
  }

  run(command: ShopCommand, ...args: string[]): Promise<ScriptResult> {
    return this.runAt(allEndpoints(this.system.url), command, ...args);
  }

  runAt(endpoints: object, command: ShopCommand, ...args: string[]): Promise<ScriptResult> {
    const file = join(this.directory, 'endpoints.json');
    writeFileSync(file, JSON.stringify(endpoints));
    return this.runScript(command, ...args, '--endpoints', file);
  }

  /** With `directory` as WAYBILL_HOME. */
  runScript(command: ShopCommand, ...args: string[]): Promise<ScriptResult> {
    return runScript(join(import.meta.dirname, `main.${command}.js`), args, { WAYBILL_HOME: this.directory });
  }

  async stop(): Promise<void> {
    await this.system.stop();
    rmSync(this.directory, { recursive: true });
  }
}

export const allEndpoints = (url: string) => ({
  orderApi: url,
  inventory: url,
  payment: url,
  paymentProvider: url,
  analytics: url,
  email: url,
  deadLetters: url,
  temporalUi: url,
  mail: url,
  operatorToken: 'operator',
});
