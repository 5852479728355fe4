import type pg from 'pg';
import { Backoff } from './backoff.js';
import { BlockedDestinations } from './blocked-destinations.js';
import type { Logger } from './logger.js';
import type { DeadLetterOf, Publisher, PublishOutcome } from './message.js';
import type { RelayMetrics } from './metrics.js';
import type { OutboxTable, StoredMessage } from './outbox-table.js';

export interface BatchPublisherOptions {
  target: string;
  publisher: Publisher;
  deadLetterOf: DeadLetterOf;
  table: OutboxTable;
  logger: Logger;
  metrics: RelayMetrics;
  minRetryDelay: number;
  maxRetryDelay: number;
  /** Called with the number of published rows that were deleted. */
  onDeleted(rows: number): void;
}

/** Passes batches to one publisher, acts on the outcomes, and remembers which destinations are blocked. */
export class BatchPublisher {
  private readonly destinations: BlockedDestinations;
  private readonly backoff: Backoff;
  private brokerUnavailable = false;

  constructor(private readonly options: BatchPublisherOptions) {
    this.destinations = new BlockedDestinations(options.minRetryDelay, options.maxRetryDelay);
    this.backoff = new Backoff(options.minRetryDelay, options.maxRetryDelay);
  }

  /** Never rejects: `undefined` means that the broker is unavailable and that the fate of the batch is unknown. */
  async publish(batch: StoredMessage[]): Promise<PublishOutcome[] | undefined> {
    const { publisher, target, logger, metrics } = this.options;
    try {
      const outcomes = await publisher.publish(batch);
      if (outcomes.length !== batch.length) {
        throw new Error(`the publisher returned ${outcomes.length} outcomes for ${batch.length} messages`);
      }
      if (this.brokerUnavailable) logger.info({ target }, 'outbox: the broker is available again');
      this.brokerUnavailable = false;
      this.backoff.reset();
      return outcomes;
    } catch (error) {
      if (!this.brokerUnavailable) {
        logger.warn({ err: error, target }, 'outbox: the broker is unavailable, messages wait and are retried');
      }
      this.brokerUnavailable = true;
      metrics.failures.inc({ target });
      return undefined;
    }
  }

  /** How long to wait before the next attempt on an unavailable broker, in ms; longer each time. */
  nextAttemptIn(): number {
    return this.backoff.next();
  }

  /** Deletes published messages and replaces rejected ones: all pipelined, so that the next read runs after them. */
  async settle(client: pg.Client, batch: StoredMessage[], outcomes: PublishOutcome[]): Promise<void> {
    const { target, table, metrics, onDeleted } = this.options;
    const published = batch.filter((_, i) => outcomes[i]?.status === 'published');
    for (const { destination } of published) metrics.published.inc({ target, destination });
    const rejections = outcomes.flatMap((outcome, i) =>
      outcome.status === 'rejected' ? [this.reject(client, batch[i]!, outcome.reason)] : [],
    );
    await Promise.all([table.remove(client, target, published), ...rejections]);
    onDeleted(published.length);
  }

  /** Records which destinations blocked and which accept messages again. Returns the blocked ones. */
  recordBlocked(batch: StoredMessage[], outcomes: PublishOutcome[]): Set<string> {
    const { target, logger, metrics } = this.options;
    const progressing = new Set<string>();
    const reasons = new Map<string, string>();
    for (const [i, outcome] of outcomes.entries()) {
      const { destination } = batch[i]!;
      if (outcome.status === 'published') progressing.add(destination);
      if (outcome.status === 'blocked') reasons.set(destination, outcome.reason);
    }
    for (const [destination, reason] of reasons) {
      metrics.blocked.inc({ target, destination });
      const isNew = this.destinations.block(destination, { progress: progressing.has(destination) });
      if (isNew) {
        logger.warn(
          { target, destination, reason },
          'outbox: a destination is blocked, its messages wait and are retried',
        );
      }
    }
    for (const destination of progressing) {
      if (reasons.has(destination) || !this.destinations.unblock(destination)) continue;
      logger.info({ target, destination }, 'outbox: the destination accepts messages again');
    }
    return new Set(reasons.keys());
  }

  /** Destinations to leave out for now. */
  blocked(): string[] {
    return this.destinations.current();
  }

  /** Milliseconds until the next blocked destination is due for a retry. */
  nextRetryIn(): number {
    return this.destinations.nextRetryIn();
  }

  private async reject(client: pg.Client, message: StoredMessage, reason: string): Promise<void> {
    const { target, destination, id, key } = message;
    const { table, logger, metrics, deadLetterOf } = this.options;
    const deadLetter = deadLetterOf(message, reason);
    if (deadLetter) await table.replace(client, message, deadLetter);
    else await table.reject(client, message, reason);
    metrics.rejected.inc({ target, destination });
    logger.error(
      { target, destination, messageId: id, key, reason },
      `outbox: the broker can never accept a message, it ${deadLetter ? `goes to ${deadLetter.destination}` : 'was moved to the table outbox_rejected'}`,
    );
  }
}
