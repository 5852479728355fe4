import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { metric, PeriodicJob } from '@waybill/outbox';
import { Database, Logger, withSpan } from '@waybill/platform';
import { Counter } from 'prom-client';
import { type Order, sagaId } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { Sagas } from './sagas.js';

/** In milliseconds. */
export class SweepTimes {
  constructor(
    readonly interval: number,
    /** How long an order is in its status before its saga is looked for. */
    readonly lostAfter: number,
  ) {}
}

/**
 * Compares order's rows with the running sagas: an order without its outcome whose saga was terminated, or is gone with
 * Temporal's data, gets another one, which takes or undoes every step again. Each step happens once for an attempt.
 */
@Injectable()
export class LostSagas implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;
  private readonly restarted = metric(
    'waybill_sagas_restarted_total',
    (name) => new Counter({ name, help: 'Orders without an outcome whose saga was lost and started again' }),
  );

  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly sagas: Sagas,
    private readonly times: SweepTimes,
    private readonly logger: Logger,
  ) {
    const work = (signal: AbortSignal) => this.sweep(signal);
    const { interval } = times;
    this.job = new PeriodicJob({ does: 'look for lost sagas', interval, firstAfter: interval, work, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  private async sweep(signal: AbortSignal): Promise<void> {
    await this.sagas.prepare();
    const stalled = await this.orders.stalled(this.database.autocommit, this.times.lostAfter);
    if (stalled.length === 0) return;
    const running = await this.sagas.running();
    for (const order of stalled) {
      if (signal.aborted) return;
      if (running.has(sagaId(order))) continue;
      await withSpan('restart lost saga', { traceparent: order.traceparent }, () => this.restart(order));
    }
  }

  private async restart(order: Order): Promise<void> {
    const { orderId, attempt, status } = order;
    const restarted = await this.sagas.restart(order);
    if (restarted) this.restarted.inc();
    const found = { orderId, attempt, status };
    if (restarted) this.logger.error(found, 'the saga of an order was lost: started another one');
    else
      this.logger.warn(
        found,
        'the saga of an order has completed, or began a moment ago, and the order has no outcome yet',
      );
  }
}
