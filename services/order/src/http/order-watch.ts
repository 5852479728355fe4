import type { BeforeApplicationShutdown } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Database, Logger } from '@waybill/platform';
import { type NumberedState, statesAfter } from '../persistence/history.queries.js';

const POLL_INTERVAL = 50;
const RETRY_INTERVAL = 1_000;

interface Waiter {
  orderId: string;
  after: number;
  resolve: (states: NumberedState[]) => void;
}

/**
 * Notifies waiting requests of an order's new statuses, whichever process wrote them. All requests share one query every
 * 50 ms; without any, there are no queries.
 */
@Injectable()
export class OrderWatch implements BeforeApplicationShutdown {
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** The states after sequence number `after`, once there are any; none when `signal` aborts first or the process drains. */
  async next(orderId: string, after: number, signal: AbortSignal): Promise<NumberedState[]> {
    if (signal.aborted || this.stopped) return [];
    const { promise, resolve } = Promise.withResolvers<NumberedState[]>();
    const waiter: Waiter = { orderId, after, resolve };
    const abort = () => resolve([]);
    signal.addEventListener('abort', abort, { once: true });
    this.waiters.add(waiter);
    this.pollIn(0);
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.waiters.delete(waiter);
    }
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const waiter of this.waiters) waiter.resolve([]);
  }

  private pollIn(milliseconds: number): void {
    this.timer ??= setTimeout(() => void this.poll(), milliseconds);
  }

  private async poll(): Promise<void> {
    let pause = POLL_INTERVAL;
    try {
      const waiting = [...this.waiters];
      const states = await statesAfter(this.database.autocommit, waiting);
      const byOrder = Map.groupBy(states, ({ orderId }) => orderId);
      for (const { orderId, after, resolve } of waiting) {
        const changes = byOrder.get(orderId)?.filter(({ seq }) => seq > after);
        if (changes?.length) resolve(changes);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not read new order states and will retry');
      pause = RETRY_INTERVAL;
    }
    this.timer = undefined;
    // Waiters that were just notified are gone by the next tick.
    setImmediate(() => this.waiters.size && this.pollIn(pause));
  }
}
