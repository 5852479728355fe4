import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Requeued } from '@waybill/messaging';
import { metric } from '@waybill/outbox';
import { Database, Logger } from '@waybill/platform';
import { Gauge } from 'prom-client';
import { type Attempt, sagaId } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';

const POLL_INTERVAL = 100;
/** A saga that takes longer waits for others, and makes room for the next one. */
const SLOW = 10_000;
/** Of sagas that wait for others, so many times as many may be in progress. */
const SLOW_FACTOR = 10;

export class SagaLimit {
  /** Sagas in progress, of those that a process has begun. */
  constructor(readonly inProgress: number) {}
}

interface Waiter {
  attempt: Attempt;
  begin(): void;
}

/**
 * Bounds the sagas in progress: orders beyond it wait in their queue, where they cost nothing, and those begun first end first.
 * One query finds out which have ended, whichever process they ran in.
 */
@Injectable()
export class SagaSlots implements BeforeApplicationShutdown {
  private readonly taken = new Map<string, Attempt & { since: number }>();
  private readonly waiting = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly inProgress = metric(
    'waybill_sagas_in_progress',
    (name) => new Gauge({ name, help: 'Sagas that this process has begun and that have not ended' }),
  );

  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly limit: SagaLimit,
    private readonly logger: Logger,
  ) {}

  /** Resolves when there is room, first come first served. Throws Requeued when `signal` aborts before. */
  async take(attempt: Attempt, signal: AbortSignal): Promise<void> {
    if (this.taken.has(sagaId(attempt))) return;
    if (this.waiting.size === 0 && this.hasRoom()) this.begin(attempt);
    else await this.turnOf(attempt, signal);
    this.pollSoon();
  }

  /** The saga could not be started. */
  giveBack(attempt: Attempt): void {
    this.taken.delete(sagaId(attempt));
    this.admit();
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async turnOf(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { attempt, begin: resolve };
    const abort = () => reject(new Requeued());
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    this.waiting.add(waiter);
    this.pollSoon();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.waiting.delete(waiter);
    }
  }

  private begin(attempt: Attempt): void {
    this.taken.set(sagaId(attempt), { ...attempt, since: performance.now() });
    this.inProgress.set(this.taken.size);
  }

  private hasRoom(): boolean {
    const now = performance.now();
    const quick = [...this.taken.values()].filter(({ since }) => now - since < SLOW).length;
    return quick < this.limit.inProgress && this.taken.size < this.limit.inProgress * SLOW_FACTOR;
  }

  private admit(): void {
    for (const waiter of this.waiting) {
      if (!this.hasRoom()) return;
      this.waiting.delete(waiter);
      this.begin(waiter.attempt);
      waiter.begin();
    }
  }

  private pollSoon(): void {
    if (!this.stopped) this.timer ??= setTimeout(() => void this.poll(), POLL_INTERVAL);
  }

  private async poll(): Promise<void> {
    try {
      const begun = [...this.taken.values()];
      const unfinished = await this.orders.unfinished(this.database.autocommit, begun);
      for (const attempt of begun) if (!unfinished.has(sagaId(attempt))) this.taken.delete(sagaId(attempt));
      this.inProgress.set(this.taken.size);
      this.admit();
    } catch (error) {
      this.logger.warn({ err: error }, 'could not find out which sagas have ended, trying again');
    }
    this.timer = undefined;
    if (this.taken.size > 0) this.pollSoon();
  }
}
