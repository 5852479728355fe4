import type pg from 'pg';
import { Backoff } from './backoff.js';
import { BlockedDestinations } from './blocked-destinations.js';
import type { Logger } from './logger.js';
import type { Publisher, PublishOutcome } from './message.js';
import type { RelayMetrics } from './metrics.js';
import type { OutboxTable, StoredMessage } from './outbox-table.js';

export interface DeliveriesOptions {
  target: string;
  publisher: Publisher;
  table: OutboxTable;
  metrics: RelayMetrics;
  logger: Logger;
  firstRetry: number;
  longestRetry: number;
  /** So many rows were deleted because they were published. */
  onDeleted(rows: number): void;
}

/** Hands batches to one publisher, remembers what it said of the broker and of each destination, and acts on it. */
export class Deliveries {
  private readonly destinations: BlockedDestinations;
  private readonly backoff: Backoff;
  private away = false;

  constructor(private readonly options: DeliveriesOptions) {
    this.destinations = new BlockedDestinations(options.firstRetry, options.longestRetry);
    this.backoff = new Backoff(options.firstRetry, options.longestRetry);
  }

  /** Never rejects: `undefined` says that the broker is away and nothing is known of the batch. */
  async publish(batch: StoredMessage[]): Promise<PublishOutcome[] | undefined> {
    const { publisher, target, logger } = this.options;
    try {
      const outcomes = await publisher.publish(batch);
      if (outcomes.length !== batch.length) {
        throw new Error(`the publisher gave ${outcomes.length} outcomes for ${batch.length} messages`);
      }
      if (this.away) logger.info({ target }, 'outbox: the broker is back');
      this.away = false;
      this.backoff.reset();
      return outcomes;
    } catch (error) {
      if (!this.away) logger.warn({ err: error, target }, 'outbox: the broker is away, messages wait');
      this.away = true;
      this.options.metrics.failures.inc({ target });
      return undefined;
    }
  }

  /** How long to leave a broker alone that is away, in milliseconds; longer each time. */
  nextAttemptIn(): number {
    return this.backoff.next();
  }

  /** Deletes what was published and sets aside what was refused: all sent at once, so that who reads next sees it done. */
  async settle(client: pg.Client, batch: StoredMessage[], outcomes: PublishOutcome[]): Promise<void> {
    const published = batch.filter((_, i) => outcomes[i]?.status === 'published');
    const refusals = outcomes.flatMap((outcome, i) =>
      outcome.status === 'refused' ? [this.refuse(client, batch[i]!, outcome.reason)] : [],
    );
    const { target, onDeleted } = this.options;
    await Promise.all([this.options.table.remove(client, target, published), ...refusals]);
    onDeleted(published.length);
    for (const { destination } of published) this.options.metrics.published.inc({ target, destination });
  }

  /** Remembers the destinations that blocked, to leave them alone for a while, and returns them. */
  noteBlocked(batch: StoredMessage[], outcomes: PublishOutcome[]): Set<string> {
    const { target, logger } = this.options;
    const progressing = new Set<string>();
    const reasons = new Map<string, string>();
    for (const [i, outcome] of outcomes.entries()) {
      const { destination } = batch[i]!;
      if (outcome.status === 'published') progressing.add(destination);
      if (outcome.status === 'blocked') reasons.set(destination, outcome.reason);
    }
    for (const [destination, reason] of reasons) {
      this.options.metrics.blocked.inc({ target, destination });
      const news = this.destinations.block(destination, { progress: progressing.has(destination) });
      if (news) logger.warn({ target, destination, reason }, 'outbox: a destination takes nothing, its messages wait');
    }
    for (const destination of progressing) {
      if (reasons.has(destination) || !this.destinations.unblock(destination)) continue;
      logger.info({ target, destination }, 'outbox: the destination takes messages again');
    }
    return new Set(reasons.keys());
  }

  blocked(): string[] {
    return this.destinations.now();
  }

  nextTryIn(): number {
    return this.destinations.nextTryIn();
  }

  private async refuse(client: pg.Client, message: StoredMessage, reason: string): Promise<void> {
    const { target, destination, id, key } = message;
    await this.options.table.reject(client, message, reason);
    this.options.metrics.refused.inc({ target, destination });
    this.options.logger.error(
      { target, destination, messageId: id, key, reason },
      'outbox: a message can never be published, it is set aside in waybill.outbox_refused',
    );
  }
}
