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
  /** Default `waybill`. */
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

  /** The namespace of the headers that tell why a message was dead-lettered. */
  get namespace(): string | undefined {
    return this.options.namespace;
  }

  /**
   * Resolves with true once the dead letter is committed, however long the database is unavailable: a broker redelivers a
   * message only so often before it drops it. False when the process stops first.
   */
  async collect(deadLetter: CollectedDeadLetter): Promise<boolean> {
    const { database, logger } = this.options;
    const { messageId, type, at, class: failureClass } = deadLetter;
    const how = await retryForever(
      () => database.transaction((tx) => this.store.collect(tx, deadLetter)),
      this.stopping.signal,
      (error) => logger.warn({ err: error, messageId, from: at.name }, 'could not store a dead letter yet'),
    );
    if (!how) return false;
    this.metrics.collected.inc({ source: at.source, class: failureClass, how });
    logger.info({ messageId, type, from: at.name, how }, 'collected a dead letter');
    return true;
  }

  stop(): void {
    this.stopping.abort();
  }

  get stopped(): AbortSignal {
    return this.stopping.signal;
  }
}
