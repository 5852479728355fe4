import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { OutboxRelay } from './relay.js';

/**
 * Runs a relay while the application runs: `{ provide: OutboxRelayService, useFactory: () => new OutboxRelayService({ ... }) }`.
 * It stops when `app.close()` is called, or on signals with `app.enableShutdownHooks()`.
 */
export class OutboxRelayService extends OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  async onApplicationBootstrap(): Promise<void> {
    await this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}
