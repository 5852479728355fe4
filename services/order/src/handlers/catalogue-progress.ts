import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { catalogProducts } from '@waybill/contracts';
import type { TopicProgress } from '@waybill/messaging';
import type { Database, Logger } from '@waybill/platform';
import type { CatalogueRepository } from '../persistence/catalogue.repository.js';

const LOOK_EVERY = 500;

/** Notes the moment at which order's copy of the catalogue is complete for the first time: from then on orders can be priced. */
export class CatalogueProgress implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueRepository,
    private readonly progress: TopicProgress,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.look(), 0);
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    if (await this.isComplete()) return;
    if (this.timer) this.timer = setTimeout(() => void this.look(), LOOK_EVERY);
  }

  private async isComplete(): Promise<boolean> {
    const { autocommit } = this.database;
    try {
      if (await this.catalogue.wasReadToTheEnd(autocommit)) return true;
      const { end, behind } = await this.progress.of(catalogProducts);
      if (end === 0 || behind > 0) return false;
      await this.catalogue.noteReadToTheEnd(autocommit);
      return true;
    } catch (error) {
      this.logger.debug({ err: error }, 'could not see how far the catalogue was read');
      return false;
    }
  }
}
