import { retryForever } from '@waybill/messaging';
import type { Logger } from '@waybill/outbox';
import type { CollectedDeadLetter } from './dead-letter.js';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { DeadLetterStore } from './dead-letter-store.js';
import { type CollectorMetrics, collectorMetrics } from './metrics.js';

export interface CollectorOptions {
  database: DeadLetterDatabase;
  logger: Logger;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
  /** Of the failure headers (`x-<namespace>-*`) and the metrics. Default `waybill`. */
  namespace?: string | undefined;
}

/** Stores the dead letters of every broker. */
export class Collector {
  private readonly store: DeadLetterStore;
  private readonly metrics: CollectorMetrics;
  private readonly stopping = new AbortController();

  constructor(private readonly options: CollectorOptions) {
    this.store = new DeadLetterStore(options);
    this.metrics = collectorMetrics(options.namespace);
  }

  /** The namespace of the failure headers. */
  get namespace(): string | undefined {
    return this.options.namespace;
  }

  /**
   * Resolves with true once the dead letter is committed, with false when the process stops first. Retries while the database
   * is unavailable instead of requeueing, because a broker drops a message after some redeliveries.
   */
  async collect(deadLetter: CollectedDeadLetter): Promise<boolean> {
    const { database, logger } = this.options;
    const { messageId, type, from, class: failureClass } = deadLetter;
    const how = await retryForever(
      () => database.transaction((tx) => this.store.collect(tx, deadLetter)),
      this.stopping.signal,
      (error) => logger.warn({ err: error, messageId, from: from.name }, 'could not store a dead letter, trying again'),
    );
    if (!how) return false;
    this.metrics.collected.inc({ source: from.source, class: failureClass, how });
    logger.info({ messageId, type, from: from.name, how }, 'collected a dead letter');
    return true;
  }

  stop(): void {
    this.stopping.abort();
  }

  get stopped(): AbortSignal {
    return this.stopping.signal;
  }
}
