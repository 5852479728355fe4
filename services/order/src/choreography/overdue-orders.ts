import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FailureReason } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { metric, PeriodicJob, type Tx } from '@waybill/outbox';
import { Database, Logger, withSpan } from '@waybill/platform';
import { Counter } from 'prom-client';
import { type Age, type Deadlines, overdue } from '../domain/deadlines.js';
import type { Order } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { orderAborted } from '../usecases/order-messages.js';

const POLL_INTERVAL = 1_000;

/** In milliseconds. */
export class SagaDeadlines implements Deadlines {
  constructor(
    readonly inventory: number,
    readonly payment: number,
    readonly order: number,
  ) {}
}

/**
 * Aborts choreographed sagas that exceed a deadline: order has the only clock. Any number of processes may do so. What passed
 * before this process started does not count: perhaps nothing ran that could have replied.
 */
@Injectable()
export class OverdueOrders implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;
  private readonly aborted = metric(
    'waybill_sagas_overdue_total',
    (name) => new Counter({ name, help: 'Choreographed sagas that exceeded a deadline' }),
  );

  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly outbox: MessageOutbox,
    private readonly deadlines: SagaDeadlines,
    private readonly logger: Logger,
  ) {
    const work = () => this.abortOverdue();
    this.job = new PeriodicJob({ does: 'look for overdue orders', interval: POLL_INTERVAL, work, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  private async abortOverdue(): Promise<void> {
    const { inventory, payment, order } = this.deadlines;
    await this.database.transaction(async (tx) => {
      const candidates = await this.orders.lockChoreographed(tx, Math.min(inventory, payment, order));
      for (const { order, age } of candidates) {
        const reason = overdue(order.status, sinceStart(age), this.deadlines);
        if (!reason) continue;
        await withSpan('abort overdue order', { traceparent: order.traceparent }, () => this.abort(tx, order, reason));
      }
    });
  }

  private async abort(tx: Tx, order: Order, reason: FailureReason): Promise<void> {
    await this.orders.decide(tx, order, 'FAILED', reason);
    await this.outbox.add(tx, orderAborted(order));
    this.aborted.inc();
    const { orderId, attempt, status } = order;
    this.logger.warn({ orderId, attempt, status, reason }, 'an order is overdue: its steps are undone');
  }
}

function sinceStart({ inStatus, inAll }: Age): Age {
  const uptime = process.uptime() * 1_000;
  return { inStatus: Math.min(inStatus, uptime), inAll: Math.min(inAll, uptime) };
}
