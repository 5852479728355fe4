import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicJob } from '@waybill/outbox';
import type { Logger } from '@waybill/platform';
import type { SummaryTotals } from '../persistence/summary-totals.repository.js';

/** Milliseconds. What the events of this time changed is added up on each read of the summary. */
const INTERVAL = 1_000;

/** Keeps the changes few that a read of the summary has to add to its totals. */
export class SummaryTotalsJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;

  constructor(totals: SummaryTotals, logger: Logger) {
    const work = () => totals.addChanges();
    this.job = new PeriodicJob({ does: 'add changes to the totals of the summary', interval: INTERVAL, work, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }
}
