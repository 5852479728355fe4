import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { catalogProducts } from '@waybill/contracts';
import type { TopicProgress } from '@waybill/messaging';
import type { Database, Logger } from '@waybill/platform';
import type { CatalogueRepository } from '../persistence/catalogue.repository.js';

const POLL_INTERVAL = 500;

/** Records that order's copy of the catalogue was complete for the first time. From then on orders can be priced. */
export class CatalogueProgress implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueRepository,
    private readonly progress: TopicProgress,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.poll(), 0);
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async poll(): Promise<void> {
    if (await this.isComplete()) return;
    if (this.timer) this.timer = setTimeout(() => void this.poll(), POLL_INTERVAL);
  }

  private async isComplete(): Promise<boolean> {
    const { autocommit } = this.database;
    try {
      if (await this.catalogue.wasComplete(autocommit)) return true;
      const { end, behind } = await this.progress.of(catalogProducts);
      if (end === 0 || behind > 0) return false;
      await this.catalogue.markComplete(autocommit);
      return true;
    } catch (error) {
      this.logger.debug({ err: error }, 'could not measure how far the catalogue was read');
      return false;
    }
  }
}
