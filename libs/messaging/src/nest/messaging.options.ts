import type { Logger, TransactionRunner, Tx } from '@waybill/outbox';
import type pg from 'pg';
import type { ObjectStore } from '../claim-check/index.js';
import type { Topology } from '../contract/index.js';
import type { KAFKA_CLIENTS } from '../kafka/index.js';

/** A service's own database: transactions for handlers, single statements, and the pool for housekeeping. */
export interface MessagingDatabase extends TransactionRunner {
  pool: pg.Pool;
  autocommit: Tx;
}

export class MessagingOptions {
  /** Name of the service: consumer in the inbox, Kafka group, end of its CloudEvents source. */
  service!: string;
  database!: MessagingDatabase;
  /** Of the same database; the relay keeps connections of its own. */
  databaseUrl!: string;
  rabbitmqUrl!: string;
  kafkaBrokers!: string[];
  /** The library that carries events. Default `kafkajs`. Members of one group may differ. */
  kafkaClient?: (typeof KAFKA_CLIENTS)[number] | undefined;
  /** Put before every topic's and group's name; default none. For tests that share a broker. */
  kafkaTopicPrefix?: string | undefined;
  /** `retention.ms` of the topics; default without limit. */
  kafkaRetention?: string | undefined;
  topology!: Topology;
  logger!: Logger;
  /** Messages in hand at most, by queue. Default 20. */
  prefetch?: Record<string, number>;
  /**
   * Messages whose handlers may share one transaction at most. Default 1: none does. More is faster where handlers are short
   * and touch few common rows; where one fails, all of its group are handled again, each by itself.
   */
  groupCommit?: number;
  /** Messages this process publishes a second at most, by broker; what is too fast waits in the outbox. Default no limit. */
  publishPerSecond?: { kafka?: number; rabbitmq?: number };
  /** Where bodies over 256 KiB go; all services must have the same. Default: they stay in the message. */
  objectStore?: ObjectStore | undefined;
}

/** CloudEvents `source` of what a service says. */
export const sourceOf = (service: string): string => `/waybill/${service}`;
