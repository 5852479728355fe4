import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoints } from '@waybill/shop-cli';
import { type Environment, startSystem, stopSystem } from './commands.js';
import type { Contender } from './contenders.js';

const STOP_AGAIN_AFTER = 1_000;

/** The whole system of a contender, with empty data. */
export class ContenderSystem {
  private starting: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private readonly home: string;
  private readonly env: Environment;

  constructor(
    private readonly contender: Contender,
    home: string,
  ) {
    this.home = join(home, 'system');
    this.env = {
      WAYBILL_HOME: this.home,
      SAGA: contender.saga,
      CARRIER_DISPATCH_AFTER: '1s',
      CARRIER_DELIVER_AFTER: '1s',
      // The baseline fails orders that wait for their turn; here all must be confirmed, however busy the machine is.
      INVENTORY_DEADLINE: '10m',
      PAYMENT_DEADLINE: '10m',
      ORDER_DEADLINE: '20m',
      ...contender.env,
    };
  }

  /** Resolves when all is healthy. First ends what a killed benchmark has left running. */
  async start(): Promise<void> {
    await this.end();
    if (this.stopped) throw new Error('interrupted');
    this.removeData();
    this.starting = startSystem(this.contender.folder, this.env).finally(() => {
      this.starting = undefined;
    });
    await this.starting;
  }

  get endpoints(): Endpoints {
    return JSON.parse(readFileSync(join(this.home, 'endpoints.json'), 'utf8')) as Endpoints;
  }

  /** At any moment, also while it starts; then it is never started again. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  /** Logs, too. */
  removeData(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private async end(): Promise<void> {
    // For a moment after its start nobody knows a system's launcher, so that nothing can be stopped.
    while (this.starting) {
      await stopSystem(this.contender.folder, this.env);
      await Promise.race([this.starting.catch(() => {}), pause(STOP_AGAIN_AFTER)]);
    }
    await stopSystem(this.contender.folder, this.env);
  }
}
