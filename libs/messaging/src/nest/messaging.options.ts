import type { Logger, TransactionRunner, Tx } from '@waybill/outbox';
import type pg from 'pg';
import { CarrierOptions } from '../carriers/index.js';
import type { ObjectStore } from '../claim-check/index.js';
import type { Topology } from '../contract/index.js';
import type { Middleware } from '../handling/index.js';

/** A service's own database: transactions for handlers, single statements, and the pool for housekeeping. */
export interface MessagingDatabase extends TransactionRunner {
  pool: pg.Pool;
  autocommit: Tx;
}

export class MessagingOptions extends CarrierOptions {
  /** Name of the service: consumer in the inbox, Kafka group, end of its CloudEvents source. */
  service!: string;
  database!: MessagingDatabase;
  /** Of the same database; the relay has connections of its own. */
  databaseUrl!: string;
  topology!: Topology;
  logger!: Logger;
  /** Messages in flight, by queue. Default 20. */
  prefetch?: Record<string, number>;
  /** Events of a partition in flight: what is redelivered after a crash. Default 100. */
  batchSize?: number;
  /** Keys of a batch that are handled concurrently. Default 12, or twice `groupCommit`. */
  keyConcurrency?: number;
  /**
   * Messages whose handlers may share one transaction. Default 1: none does. More is faster where handlers are short and
   * touch few common rows; where one fails, all of its group are handled again, each by itself.
   */
  groupCommit?: number;
  /** The application's own middlewares, around its handlers' transactions, the first one outermost. Default none. */
  middlewares?: readonly Middleware[];
  /** Messages this process publishes a second, by broker; what exceeds it waits in the outbox. Default no limit. */
  publishPerSecond?: { kafka?: number; rabbitmq?: number };
  /** Where bodies over 256 KiB go; the same for all services. Default: they stay in the message. */
  objectStore?: ObjectStore | undefined;
  /**
   * Registers this service with a console by a task, which then collects its dead letters. Default false: for services that the
   * console does not know from its own list.
   */
  registerWithConsole?: boolean | undefined;
  /** PostgreSQL schema of the libraries' tables. Default `waybill`. */
  schema?: string | undefined;
  /** Name of the system in headers, metrics and CloudEvents sources; the same for all services. Default `waybill`. */
  namespace?: string | undefined;
}
