import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Expiry } from './expiry.js';

/** Runs the expiry while the application runs: `{ provide: ExpiryService, useFactory: () => new ExpiryService({ ... }) }`. */
export class ExpiryService extends Expiry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  onApplicationBootstrap(): void {
    this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}
