import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { outboxBacklog } from '@waybill/outbox';
import { Database, Logger, Problem } from '@waybill/platform';
import { OrderRepository } from '../persistence/order.repository.js';

const SAMPLE_INTERVAL = 1_000;

export class AdmissionLimits {
  constructor(
    /** Messages that may be waiting in the outbox. */
    readonly backlog: number,
    /** Milliseconds that the oldest of them may have been waiting. */
    readonly age: number,
    /** Milliseconds that orders may have been waiting for their saga. */
    readonly orderWait: number,
  ) {}
}

interface Overload {
  detail: string;
  retryAfterSeconds: number;
}

const OUTBOX_RETRY_AFTER = 5;
const LONGEST_RETRY_AFTER = 60;

/**
 * Rejects new orders while too many messages are waiting to be published, or orders have been waiting too long to be processed:
 * this is how the back-pressure reaches the client.
 */
@Injectable()
export class Admission implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private overload: Overload | undefined;
  /** Milliseconds, at the previous sample. */
  private orderWait = 0;

  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly logger: Logger,
    private readonly limits: AdmissionLimits,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.sample(), 0);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Throws a 429 while there is too much to do; the figures are at most a second old. */
  check(): void {
    if (this.overload) throw new Problem('too-busy', this.overload);
  }

  private async sample(): Promise<void> {
    try {
      this.overload = (await this.tooManyMessages()) ?? (await this.tooLongAWait());
    } catch (error) {
      this.logger.debug({ err: error }, 'could not measure how much there is to do');
    }
    if (this.timer) this.timer = setTimeout(() => void this.sample(), SAMPLE_INTERVAL);
  }

  private async tooManyMessages(): Promise<Overload | undefined> {
    const { count, oldestAgeSeconds: age } = await outboxBacklog(this.database.autocommit);
    const rejected = (detail: string): Overload => ({ detail, retryAfterSeconds: OUTBOX_RETRY_AFTER });
    if (count > this.limits.backlog) return rejected(`${count} messages are waiting to be published`);
    if (age * 1_000 > this.limits.age)
      return rejected(`the oldest message has been waiting for ${age} s to be published`);
    return undefined;
  }

  /** It asks clients to come back when the wait is within its limit, as fast as it shrinks now. */
  private async tooLongAWait(): Promise<Overload | undefined> {
    const wait = await this.orders.longestWait(this.database.autocommit);
    const shrinksBy = this.orderWait - wait;
    this.orderWait = wait;
    const excess = wait - this.limits.orderWait;
    if (excess <= 0) return undefined;
    const samples = shrinksBy > 0 ? Math.ceil(excess / shrinksBy) : LONGEST_RETRY_AFTER;
    const retryAfterSeconds = Math.min((samples * SAMPLE_INTERVAL) / 1_000, LONGEST_RETRY_AFTER);
    return { detail: `orders are waiting for ${Math.round(wait / 1_000)} s to be processed`, retryAfterSeconds };
  }
}
