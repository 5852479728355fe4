import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { metric, PeriodicJob } from '@waybill/outbox';
import type { Logger } from '@waybill/platform';
import { Counter, Gauge } from 'prom-client';
import { FOR_REVIEW, REPAIRABLE } from '../domain/reconciliation.js';
import type { PaymentDeps } from './payment-deps.js';
import { type Reconciliation, reconcile } from './reconcile.js';

/** In milliseconds. */
export interface ReconciliationTimes {
  interval: number;
  /** How far back. */
  window: number;
  /** What is younger may be in flight. */
  margin: number;
}

/** Reconciles now and then, and when an operator asks. */
export class ReconciliationJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;
  private readonly findings = metric(
    'waybill_payment_reconciliation_findings',
    (name) =>
      new Gauge({
        name,
        help: "Differences between our payments and the provider's ledger that the last reconciliation left",
        labelNames: ['kind'],
      }),
  );
  private readonly repairs = metric(
    'waybill_payment_reconciliation_repairs_total',
    (name) => new Counter({ name, help: 'Differences that a reconciliation repaired', labelNames: ['kind'] }),
  );
  private readonly lastRun = metric(
    'waybill_payment_reconciled_timestamp_seconds',
    (name) =>
      new Gauge({ name, help: 'When a reconciliation last came to its end; at first, when the process started' }),
  );

  constructor(
    private readonly deps: PaymentDeps,
    private readonly times: ReconciliationTimes,
    private readonly logger: Logger,
  ) {
    const { interval } = times;
    const work = async () => void (await this.run());
    this.job = new PeriodicJob({ does: 'reconcile payments', interval, firstAfter: interval, work, logger });
    this.lastRun.setToCurrentTime();
    for (const kind of [...REPAIRABLE, ...FOR_REVIEW]) this.findings.set({ kind }, 0);
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** Of the last so many milliseconds, by default the window. Rejects with ProviderUnavailable. */
  async run({ window = this.times.window, repair = true } = {}): Promise<Reconciliation> {
    const until = new Date(Date.now() - this.times.margin);
    const result = await reconcile(this.deps, { since: new Date(Date.now() - window), until, repair });
    this.report(result);
    return result;
  }

  private report({ findings }: Reconciliation): void {
    const left = new Map<string, number>([...REPAIRABLE, ...FOR_REVIEW].map((kind) => [kind, 0]));
    for (const { attempt, ...finding } of findings) {
      const { kind, repaired } = finding;
      if (repaired) this.repairs.inc({ kind });
      else left.set(kind, left.get(kind)! + 1);
      const text = "a payment and the provider's ledger disagreed";
      if (repaired) this.logger.warn({ ...attempt, ...finding }, `${text}: repaired`);
      else this.logger.error({ ...attempt, ...finding }, `${text}: look at it`);
    }
    for (const [kind, count] of left) this.findings.set({ kind }, count);
    this.lastRun.setToCurrentTime();
  }
}
