import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { OutboxRelay } from './relay.js';

/**
 * Runs a relay as long as the application: `{ provide: OutboxRelayService, useFactory: () => new OutboxRelayService({ ... }) }`.
 * Needs `app.enableShutdownHooks()`, or what calls `app.close()`, to stop.
 */
export class OutboxRelayService extends OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  async onApplicationBootstrap(): Promise<void> {
    await this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}
