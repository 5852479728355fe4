import { createHash } from 'node:crypto';
import { retryForever } from '@waybill/messaging';
import { faultOf, type Logger, sqlStateOf } from '@waybill/outbox';
import type { CollectedDeadLetter } from './dead-letter.js';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { type CollectResult, DeadLetterStore } from './dead-letter-store.js';
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
    const { logger } = this.options;
    const { messageId, type, from, class: failureClass } = deadLetter;
    const how = await retryForever(
      () => this.storeOne(deadLetter),
      this.stopping.signal,
      (error) => logger.warn({ err: error, messageId, from: from.name }, 'could not store a dead letter, trying again'),
    );
    if (!how) return false;
    this.metrics.collected.inc({ source: from.source, class: failureClass, how });
    logger.info({ messageId, type, from: from.name, how }, 'collected a dead letter');
    return true;
  }

  /** What the database cannot store as it came is stored without its texts, because the next attempt would fail like this one. */
  private async storeOne(deadLetter: CollectedDeadLetter): Promise<CollectResult> {
    const store = (stored: CollectedDeadLetter) =>
      this.options.database.transaction((tx) => this.store.collect(tx, stored));
    try {
      return await store(deadLetter);
    } catch (error) {
      if (faultOf(error) !== 'data') throw error;
      this.options.logger.error({ err: error, from: deadLetter.from.name }, 'stored a dead letter without its texts');
      return store(withoutTexts(deadLetter, `PostgreSQL could not store it as it came (${sqlStateOf(error)})`));
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  get stopped(): AbortSignal {
    return this.stopping.signal;
  }
}

const withoutTexts = (deadLetter: CollectedDeadLetter, error: string): CollectedDeadLetter => ({
  ...deadLetter,
  messageId: `unnamed:${createHash('sha256').update(deadLetter.messageId, 'utf16le').digest('hex')}`,
  type: '',
  key: null,
  dataschema: null,
  traceId: null,
  error,
  stack: undefined,
  headers: {},
});
